//! Files of both sides, with pairs of what changes.

use std::fmt::Write as _;

use benchstat::{Collection, Gates, Judgement, Verdicts, judge};

/// A layout comparison of a case: the stage, the number of the layout, and the ratio of each pair.
#[derive(Clone)]
pub(crate) struct Comparison {
    pub(crate) stage: &'static str,
    pub(crate) layout: u32,
    pub(crate) ratios: Vec<f64>,
}

/// Comparisons of three pairs each: the middle one has the ratio, and one is far off.
pub(crate) fn stage(stage: &'static str, changes: &[f64]) -> Vec<Comparison> {
    let comparison = |(layout, &change): (u32, &f64)| Comparison {
        stage,
        layout,
        ratios: vec![1.0 + change, 1.0 + change - 0.002, 1.5],
    };
    (1..).zip(changes).map(comparison).collect()
}

/// Changes of so many layouts about a center, by ±0.1 %, ±0.2 % and so on to ±0.3 %.
pub(crate) fn around(center: f64, count: usize) -> Vec<f64> {
    let offsets = [0.001, -0.001, 0.002, -0.002, 0.003, -0.003];
    offsets
        .iter()
        .cycle()
        .take(count)
        .map(|offset| center + offset)
        .collect()
}

/// The files of both sides.
#[derive(Clone)]
pub(crate) struct Files {
    pub(crate) base: String,
    pub(crate) head: String,
}

impl Files {
    pub(crate) fn new() -> Self {
        let text =
            "Unit sec/op better=lower\nUnit wall-sec/op better=lower\nlooks: 4\nanswer: 1f\n"
                .to_owned();
        Self {
            base: text.clone(),
            head: text,
        }
    }

    /// Adds a case; its seeds are its own.
    pub(crate) fn case(mut self, name: &str, comparisons: &[Comparison]) -> Self {
        for (at, comparison) in comparisons.iter().enumerate() {
            let Comparison { stage, layout, .. } = comparison;
            let keys = format!("stage: {stage}\nlayout: {layout}\n");
            let _ = writeln!(self.base, "{keys}seed: {}", 1000 + at);
            let _ = writeln!(self.head, "{keys}seed: {}", 2000 + at);
            for (pair, ratio) in (1..).zip(&comparison.ratios) {
                // The machine slows down and speeds up between pairs: only ratios can be believed.
                let time = 1000.0 * (1.0 + 0.1 * (f64::from(pair) * 1.7 + at as f64).sin());
                let line = |time: f64| {
                    format!(
                        "pair: {pair}\nBenchmark{name} 100 {time} ns/op {} wall-ns/op\n",
                        time * 1.01
                    )
                };
                self.base += &line(time);
                self.head += &line(time * ratio);
            }
        }
        self
    }

    pub(crate) fn replaced(mut self, base: (&str, &str), head: (&str, &str)) -> Self {
        self.base = self.base.replacen(base.0, base.1, 1);
        self.head = self.head.replacen(head.0, head.1, 1);
        self
    }

    pub(crate) fn collection(&self) -> Collection {
        let mut collection = Collection::default();
        collection
            .read("base", "base", self.base.as_bytes())
            .unwrap();
        collection
            .read("head", "head", self.head.as_bytes())
            .unwrap();
        assert_eq!(collection.problems(), []);
        collection
    }

    pub(crate) fn verdicts(&self, gates: &str) -> Verdicts {
        let labels = ["base".to_owned(), "head".to_owned()];
        judge(
            &self.collection(),
            &Gates::parse(gates).unwrap(),
            "*",
            &labels,
        )
        .unwrap()
    }

    pub(crate) fn judgement(&self, gates: &str, unit: &str) -> Judgement {
        let verdicts = self.verdicts(gates).judgements;
        let mut of_unit = verdicts.into_iter().filter(|row| row.unit == unit);
        let judgement = of_unit.next().unwrap();
        assert_eq!(of_unit.next(), None);
        judgement
    }
}

/// One case, screened on 8 layouts about a change and confirmed on 14 about another.
pub(crate) fn one(screened: f64, confirmed: Option<f64>) -> Files {
    let mut comparisons = stage("screen", &around(screened, 8));
    if let Some(confirmed) = confirmed {
        comparisons.extend(stage("confirm", &around(confirmed, 14)));
    }
    Files::new().case("A", &comparisons)
}
