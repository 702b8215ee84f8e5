//! Owns: what many figures come to.

use serde::Serialize;

/// A sample in a few figures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The mean.
    pub mean: f64,
    /// The standard deviation; none of a single figure.
    pub deviation: Option<f64>,
    /// The least.
    pub min: f64,
    /// The quarter of them is below this.
    pub lower_quartile: f64,
    /// The one in the middle.
    pub median: f64,
    /// A quarter of them is above this.
    pub upper_quartile: f64,
    /// The greatest.
    pub max: f64,
    /// The median of what was sampled lies between these two, in 95 of 100 samples. None below six figures.
    pub median_interval: Option<(f64, f64)>,
}

impl Summary {
    /// Of a sample.
    ///
    /// # Panics
    ///
    /// If it is empty.
    #[must_use]
    pub fn of(sample: &[f64]) -> Summary {
        assert!(!sample.is_empty(), "nothing was measured");
        let mut sorted = sample.to_vec();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len() as f64;
        let mean = sorted.iter().sum::<f64>() / count;
        let squares: f64 = sorted.iter().map(|figure| (figure - mean).powi(2)).sum();
        // Between ranks: how many of n figures are below the median has the mean n / 2 and the deviation sqrt(n) / 2.
        let reach = 0.98 * count.sqrt();
        let rank = (count / 2.0 - reach).floor();
        Summary {
            mean,
            deviation: (sorted.len() > 1).then(|| (squares / (count - 1.0)).sqrt()),
            min: sorted[0],
            lower_quartile: quantile(&sorted, 0.25),
            median: quantile(&sorted, 0.5),
            upper_quartile: quantile(&sorted, 0.75),
            max: sorted[sorted.len() - 1],
            median_interval: (rank >= 0.0)
                .then(|| (sorted[rank as usize], sorted[sorted.len() - 1 - rank as usize])),
        }
    }
}

/// Between two neighbours in proportion.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let place = part * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn a_single_figure_has_no_spread() {
        let summary = Summary::of(&[3.0]);
        assert_eq!((summary.mean, summary.median, summary.min, summary.max), (3.0, 3.0, 3.0, 3.0));
        assert_eq!((summary.deviation, summary.median_interval), (None, None));
    }

    #[test]
    fn many_figures() {
        let figures: Vec<f64> = (1..=101).rev().map(f64::from).collect();
        let summary = Summary::of(&figures);
        assert_eq!((summary.mean, summary.median), (51.0, 51.0));
        assert_eq!((summary.lower_quartile, summary.upper_quartile), (26.0, 76.0));
        assert!((summary.deviation.unwrap() - 29.3).abs() < 0.01);
        // The exact interval of 101 figures, by the binomial distribution, is that of the ranks 41 and 61.
        assert_eq!(summary.median_interval, Some((41.0, 61.0)));
    }
}
