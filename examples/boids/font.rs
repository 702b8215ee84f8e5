//! A small pixel font: just the characters that the overlay needs, drawn here as they look.

/// The width and the height of a character, without the gap after it.
pub(crate) const SIZE: (u32, u32) = (5, 7);

/// From one character to the next.
pub(crate) const ADVANCE: u32 = SIZE.0 + 1;

const NUMBERS: &str = "0123456789,/";
const NUMBERS_DRAWN: [&str; 7] = [
    " ###    #    ###   ###     #  #####  ###  #####  ###   ###             #",
    "#   #  ##   #   # #   #   ##  #     #   #     # #   # #   #            #",
    "#  ##   #       #     #  # #  ####  #        #  #   # #   #           # ",
    "# # #   #     ##   ###  #  #      # ####    #    ###   ####          #  ",
    "##  #   #    #        # #####     # #   #   #   #   #     #         #   ",
    "#   #   #   #     #   #    #  #   # #   #   #   #   # #   #   ##   #    ",
    " ###   ###  #####  ###     #   ###   ###    #    ###   ###    #    #    ",
];

const LETTERS: &str = "abdefhimorsv";
const LETTERS_DRAWN: [&str; 7] = [
    "      #         #         ##  #       #                                 ",
    "      #         #        #    #                                         ",
    " ###  # ##   ## #  ###   #    # ##   ##   ## #   ###  # ##   #### #   # ",
    "    # ##  # #  ## #   # ####  ##  #   #   # # # #   # ##  # #     #   # ",
    " #### #   # #   # #####  #    #   #   #   # # # #   # #      ###  #   # ",
    "#   # #   # #   # #      #    #   #   #   #   # #   # #         #  # #  ",
    " #### ####   ####  ###   #    #   #  ###  #   #  ###  #     ####    #   ",
];

/// The set pixels of a character, as `(x, y)` from its upper left corner; none for a character that is not drawn here.
pub(crate) fn pixels(character: char) -> impl Iterator<Item = (u32, u32)> {
    let glyph = [(NUMBERS, NUMBERS_DRAWN), (LETTERS, LETTERS_DRAWN)]
        .into_iter()
        .find_map(|(characters, drawn)| Some((characters.find(character)?, drawn)));
    glyph.into_iter().flat_map(|(place, drawn)| {
        let left = place * ADVANCE as usize;
        (0..SIZE.1).flat_map(move |y| {
            let row = drawn[y as usize].as_bytes();
            (0..SIZE.0).filter(move |&x| row[left + x as usize] == b'#').map(move |x| (x, y))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_complete() {
        for (characters, drawn) in [(NUMBERS, NUMBERS_DRAWN), (LETTERS, LETTERS_DRAWN)] {
            let width = characters.len() * ADVANCE as usize;
            assert!(
                drawn.iter().all(|row| row.len() == width),
                "rows of {characters:?} must be {width} wide"
            );
        }
    }

    #[test]
    fn characters_are_distinct() {
        let all: Vec<char> = NUMBERS.chars().chain(LETTERS.chars()).collect();
        for (index, &a) in all.iter().enumerate() {
            assert!(pixels(a).next().is_some(), "{a:?} is empty");
            for &b in &all[index + 1..] {
                assert!(!pixels(a).eq(pixels(b)), "{a:?} and {b:?} look the same");
            }
        }
    }

    #[test]
    fn what_is_not_drawn_is_blank() {
        assert_eq!(pixels(' ').count(), 0);
        assert_eq!(pixels('\u{e9}').count(), 0);
    }
}
