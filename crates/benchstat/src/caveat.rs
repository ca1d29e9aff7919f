//! What to know before believing the tables of a collection.

use crate::collection::{Collection, ConfigId};
use crate::paired::is_paired;

/// Of samples of one process.
///
/// The figures are of criterion on a virtual machine of two cores, run after run of one handler.
const OF_ONE_PROCESS: &str = "samples of one process do not show a change: processes differ more than the \
    samples of one do, and in 29 of 48 comparisons of a program with itself such samples called \
    it changed. Give several runs of each side, old=DIR1 old=DIR2 ... new=DIR3 new=DIR4 ..., and \
    each counts once";

/// Of pairs.
const PAIRED: &str = "these are pairs. The ± and p of the tables are of each row alone and take the sides apart; verdicts \
    take the pairs together, layout by layout, and the gating rows as one family";

impl Collection {
    /// What to know before believing the tables of these results: that some are
    /// [samples of one process](crate::Replicate::Sample), or [pairs](crate::paired).
    pub fn caveat(&self) -> Option<&'static str> {
        let configs = || (0..self.configs.len()).map(|id| ConfigId(id as u32));
        if configs().any(|config| self.is_of_one_process(config)) {
            Some(OF_ONE_PROCESS)
        } else if configs().any(|config| is_paired(self, config)) {
            Some(PAIRED)
        } else {
            None
        }
    }
}
