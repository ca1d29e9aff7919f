//! The page that says how often the verdicts on times are wrong.

use benchstat::statistics::{median, proportion_interval};
use paired::calibration::{Calibration, Detection, Share};
use paired::procedure::Plan;
use paired::procedure::simulate::Report;

/// The confidence of the intervals of proportions.
const CONFIDENCE: f64 = 0.95;

/// What was measured.
#[derive(Clone, Debug)]
pub struct CalibrationPage {
    /// Runs that were not disturbed on purpose.
    pub undisturbed: Calibration,
    /// Runs while all other cores were busy.
    pub busy: Calibration,
    /// Runs whose processes were stopped again and again.
    pub stops: Calibration,
    /// Suites simulated on the pairs of the undisturbed runs.
    pub simulated: Vec<Report>,
    /// By which all were sampled.
    pub plan: Plan,
    /// The smallest change that matters, as a share.
    pub delta: f64,
    /// On what: keys and values.
    pub facts: Vec<(String, String)>,
}

/// What was measured, as a page in Markdown.
pub fn calibration_page(all: &CalibrationPage) -> String {
    let calibration = &all.undisturbed;
    let mut page = format!(
        "# Calibration\n\n\
         How often the verdicts of `cargo xtask compare --against` on times are wrong on one machine, measured and written by \
         `cargo xtask calibrate`. Each run compares the code with itself: built twice, linked with independent seeds on \
         the two sides, with extra operations of a known share in one case each. A change of {} matters. The method is \
         in [METHODOLOGY](../benches/METHODOLOGY.md).\n\n\
         | | |\n| --- | --- |\n",
        percent(all.delta)
    );
    for (key, value) in &all.facts {
        page += &format!("| {key} | {value} |\n");
    }
    page += &format!("| runs | {} |\n", calibration.false_runs.of);
    page += &false_calls(calibration);
    page += &detections(calibration, &all.plan);
    page += &p_values(calibration);
    page += &costs(calibration);
    page += &simulations(&all.simulated);
    page += &disturbed(&[
        ("all other cores busy", &all.busy),
        ("the processes stopped for a second, every five", &all.stops),
    ]);
    page
}

/// Runs on a machine that does other things.
fn disturbed(conditions: &[(&str, &Calibration)]) -> String {
    let mut text = "\n## Disturbed on purpose\n\n\
         | | runs | with a false call | 95 % interval | rows without extra work `unchanged` | extra work called `regressed` |\n\
         | --- | ---: | ---: | ---: | ---: | --- |\n"
        .to_owned();
    for (condition, calibration) in conditions {
        let detection = |(extra, detection): &(f64, Detection)| {
            let Share { count, of } = detection.called;
            format!("{}: {count} of {of}", percent(*extra))
        };
        let detections: Vec<String> = calibration.detections.iter().map(detection).collect();
        let Share { count, of } = calibration.unchanged;
        text += &format!(
            "| {condition} | {} | {} | {} | {count} of {of} | {} |\n",
            calibration.false_runs.of,
            calibration.false_runs.count,
            interval(calibration.false_runs),
            detections.join(", "),
        );
    }
    text
}

fn false_calls(calibration: &Calibration) -> String {
    format!(
        "\n## Code that did not change\n\n\
         | | seen | 95 % interval (Clopper and Pearson) |\n| --- | ---: | ---: |\n\
         | runs with a false `regressed` or `improved` | {} |\n\
         | rows without extra work that were called | {} |\n\
         | rows without extra work that were shown `unchanged` | {} |\n\
         | 95 % intervals at the first look that hold the true change | {} |\n",
        share(calibration.false_runs),
        share(calibration.false_calls),
        share(calibration.unchanged),
        share(calibration.coverage),
    )
}

fn detections(calibration: &Calibration, plan: &Plan) -> String {
    let mut text = "\n## Extra work\n\n\
         | extra work | called `regressed` | 95 % interval | called `unchanged` | 95 % interval |"
        .to_owned();
    let looks = &plan.confirm;
    for &look in looks {
        let seconds = calibration.takes(look);
        text += &format!(" called by {look} comparisons ({seconds:.0} s a case) |");
    }
    text += "\n| ---: | ---: | ---: | ---: | ---: |";
    text += &" ---: |".repeat(looks.len());
    for (extra, detection) in &calibration.detections {
        text += &format!(
            "\n| {} | {} | {} |",
            percent(*extra),
            share(detection.called),
            share(detection.unchanged)
        );
        for &look in looks {
            let by: u32 = detection
                .comparisons
                .range(..=look as usize)
                .map(|(_, count)| count)
                .sum();
            text += &format!(" {by} |");
        }
    }
    text + "\n"
}

fn p_values(calibration: &Calibration) -> String {
    let mut text =
        "\n## p values without a change\n\nOf the signed-rank test at the first look.\n\n\
         | p | share |\n| --- | ---: |\n"
            .to_owned();
    let all = &calibration.p_values;
    let below = |p: f64| all.partition_point(|&own| own < p);
    for tenth in 0..10 {
        let (low, high) = (f64::from(tenth) / 10.0, f64::from(tenth + 1) / 10.0);
        let end = if tenth == 9 { all.len() } else { below(high) };
        let part = (end - below(low)) as f64 / all.len().max(1) as f64;
        text += &format!("| {low:.1} to {high:.1} | {} |\n", percent(part));
    }
    if let Some(found) = calibration.uniformity {
        text += &format!(
            "\nThe distance of {} p values from their exact distribution is {:.3} (Kolmogorov and Smirnov); chance exceeds {:.3} once in \
             a hundred times if they are independent. Rows of one run share its machine, not its layouts.\n",
            found.count, found.distance, found.critical
        );
    }
    text
}

fn costs(calibration: &Calibration) -> String {
    let row = |name: &str, of: fn(&(f64, f64)) -> f64| {
        let mut seconds: Vec<f64> = calibration.seconds.iter().map(of).collect();
        seconds.sort_by(f64::total_cmp);
        let (Some(least), Some(most)) = (seconds.first(), seconds.last()) else {
            return String::new();
        };
        format!(
            "| {name} | {least:.0} s | {:.0} s | {most:.0} s |\n",
            median(&seconds)
        )
    };
    "\n## Time\n\n| | least | median | most |\n| --- | ---: | ---: | ---: |\n".to_owned()
        + &row("screening", |&(screening, _)| screening)
        + &row("confirmation", |&(_, confirming)| confirming)
}

fn simulations(simulated: &[Report]) -> String {
    let mut text = "\n## Simulated suites on these pairs\n\n\
         The layout comparisons of each case are drawn with replacement, either side as the head.\n\n\
         | one case changed by | suites | with a false call | 95 % interval | called | called `unchanged` | others `unchanged` |\n\
         | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    for report in simulated {
        let wrong = Share {
            count: report.false_calls,
            of: report.suites,
        };
        let found = report.found.first();
        let of_suites = |count: u32| percent(f64::from(count) / f64::from(report.suites.max(1)));
        let cell = |text: Option<String>| text.unwrap_or_default();
        text += &format!(
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            found.map_or("nothing".to_owned(), |found| percent(found.change)),
            report.suites,
            percent(report.false_call_rate()),
            interval(wrong),
            cell(found.map(|found| of_suites(found.called))),
            cell(found.map(|found| of_suites(found.unchanged))),
            percent(report.unchanged_rate()),
        );
    }
    text
}

fn percent(share: f64) -> String {
    let percent = format!("{:.1}", 100.0 * share);
    format!("{} %", percent.strip_suffix(".0").unwrap_or(&percent))
}

/// A share and its interval, as two cells.
fn share(share: Share) -> String {
    format!("{} of {} | {}", share.count, share.of, interval(share))
}

fn interval(share: Share) -> String {
    let (low, high) = proportion_interval(share.count, share.of, CONFIDENCE);
    format!("{} to {}", percent(low), percent(high))
}
