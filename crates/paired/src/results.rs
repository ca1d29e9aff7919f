//! What was sampled, as files of results: one for each side.

use benchfmt::import::unit_lines;
use benchfmt::{WriteError, Writer};

use crate::procedure::Stage;
use crate::sampling::Sampled;
use crate::side::{Side, Sides};

/// What decides: the processor's time.
pub const CPU_TIME: &str = "sec/op";

/// What stands beside it.
pub const WALL_TIME: &str = "wall-sec/op";

/// The text of a side's file: its pairs, with `facts` above each: keys and values, such as the commit and the machine.
///
/// [`benchstat::judge`] reaches verdicts on the files of both sides.
///
/// # Errors
///
/// If the name of a case or a fact has no place in the format.
pub fn text_of(
    sampled: &Sampled,
    side: Side,
    facts: &[(String, String)],
) -> Result<String, WriteError> {
    let mut facts = facts.to_vec();
    if let Some(code) = &sampled.same_code {
        facts.push(("code".to_owned(), code.to_string()));
    }
    for (stage, spent) in &sampled.spent {
        facts.push((seconds_of(*stage), spent.as_secs_f64().to_string()));
    }
    let mut text = Vec::new();
    let mut writer = Writer::new(&mut text);
    for unit in [CPU_TIME, WALL_TIME].into_iter().flat_map(unit_lines) {
        writer.write_unit(&unit)?;
    }
    for row in &sampled.rows {
        let Sides { base, head } = row.lines();
        let mut line = match side {
            Side::Base => base,
            Side::Head => head,
        };
        for (key, value) in &facts {
            line.config.set(key, value);
        }
        writer.write(&line)?;
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The key of how long a stage took, in seconds.
pub fn seconds_of(stage: Stage) -> String {
    format!("{stage}-seconds")
}
