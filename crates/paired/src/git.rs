//! What git is asked, in one repository.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::revision::RevisionError;

/// What git tells its hooks of the repository that they run in.
const HOOK_VARIABLES: [&str; 4] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"];

/// A repository, by the root of its working tree.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    pub(crate) repository: PathBuf,
}

impl Git {
    /// What git prints.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<String, RevisionError> {
        self.run_with(arguments, &[])
    }

    /// The same with an index of its own, so that the repository's is not touched.
    pub(crate) fn run_on(&self, index: &Path, arguments: &[&str]) -> Result<String, RevisionError> {
        self.run_with(arguments, &[("GIT_INDEX_FILE", index.as_os_str())])
    }

    pub(crate) fn run_with(
        &self,
        arguments: &[&str],
        variables: &[(&str, &OsStr)],
    ) -> Result<String, RevisionError> {
        let failed = |message: String| RevisionError::Git {
            command: arguments.join(" "),
            message,
        };
        let mut git = Command::new("git");
        // In a hook they name the hook's repository and index, which are not to be touched.
        for variable in HOOK_VARIABLES {
            git.env_remove(variable);
        }
        let output = git
            .args(arguments)
            .envs(variables.iter().copied())
            .current_dir(&self.repository)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            return Err(failed(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            ));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
