//! The page on how often verdicts are wrong, from counts that are known.

use paired::calibration::{Calibration, Detection, Share};
use paired::procedure::Plan;
use paired::procedure::simulate::{Model, Settings, simulate};
use report::{CalibrationPage, calibration_page};

fn share(count: u32, of: u32) -> Share {
    Share { count, of }
}

#[test]
fn what_was_counted_is_on_the_page_with_its_interval() {
    let detection = Detection {
        called: share(19, 20),
        unchanged: share(0, 20),
        comparisons: [(96, 12), (192, 7)].into_iter().collect(),
    };
    let undisturbed = Calibration {
        false_runs: share(1, 20),
        false_calls: share(1, 640),
        unchanged: share(600, 640),
        detections: vec![(0.02, detection)],
        coverage: share(610, 640),
        p_values: (0..640).map(|i| (f64::from(i) + 0.5) / 640.0).collect(),
        seconds: vec![(100.0, 10.0), (120.0, 50.0), (110.0, 30.0)],
        confirmed: 900,
        ..Calibration::default()
    };
    let busy = Calibration {
        false_runs: share(0, 3),
        unchanged: share(80, 96),
        ..Calibration::default()
    };
    let suites = Settings {
        cases: 2,
        suites: 3,
        ..Settings::default()
    };
    let page = calibration_page(&CalibrationPage {
        undisturbed,
        busy,
        stops: Calibration::default(),
        simulated: vec![simulate(&suites, &Model::default())],
        plan: Plan::default(),
        delta: 0.01,
        facts: vec![("cores".to_owned(), "2".to_owned())],
    });
    for line in [
        "| cores | 2 |",
        "| runs | 20 |",
        // Clopper and Pearson's interval of 1 in 20 is in their tables: 0.13 to 24.87 %.
        "| runs with a false `regressed` or `improved` | 1 of 20 | 0.1 % to 24.9 % |",
        // Of none of 20: 0 to 16.84 %; of 19: 75.13 to 99.87 %.
        "| 2 % | 19 of 20 | 75.1 % to 99.9 % | 0 of 20 | 0 % to 16.8 % | 12 | 19 | 19 |",
        "| 0.1 to 0.2 | 10 % |",
        "| screening | 100 s | 110 s | 120 s |",
        "| confirmation | 10 s | 30 s | 50 s |",
        "| all other cores busy | 3 | 0 | 0 % to 70.8 % | 80 of 96 |  |",
    ] {
        assert!(page.contains(&format!("{line}\n")), "{line}\n{page}");
    }
    assert!(page.contains("| nothing | 3 |"), "{page}");
    // 90 s for 900 comparisons.
    assert!(
        page.contains("called by 96 comparisons (10 s a case)"),
        "{page}"
    );
}
