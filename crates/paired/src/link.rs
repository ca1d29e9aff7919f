//! Linking again what was linked once, in another order.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::build::BuildError;

/// How a program was linked: variables, the linker, and its arguments.
///
/// The compiler says it (`--print=link-args`) and leaves the objects (`-Csave-temps`). To link them again takes a tenth of a
/// second, where to compile the last crate again takes several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LinkLine {
    variables: Vec<(String, String)>,
    linker: String,
    arguments: Vec<String>,
}

impl LinkLine {
    /// Takes a line apart as a shell does; nothing if it names no output.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut words = shlex::split(line)?.into_iter().peekable();
        let mut variables = Vec::new();
        while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
            variables.push((name.to_owned(), value.to_owned()));
            words.next();
        }
        let linker = words.next()?;
        let arguments: Vec<String> = words.collect();
        arguments.iter().any(|word| word == "-o").then_some(Self {
            variables,
            linker,
            arguments,
        })
    }

    /// Links into `output`, the sections in an order that the seed decides. Debug information, which is not loaded, is left
    /// out.
    pub(crate) fn shuffled(&self, seed: u64, output: &Path) -> Result<(), BuildError> {
        let refused = |message: String| BuildError::CannotShuffle { message };
        let mut linker = Command::new(&self.linker);
        linker.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let mut words = self.arguments.iter();
        while let Some(word) = words.next() {
            linker.arg(word);
            if word == "-o" {
                words.next();
                linker.arg(output);
            }
        }
        let output = linker
            .arg(format!("-Wl,--shuffle-sections=*={seed}"))
            .arg("-Wl,--strip-debug")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| refused(format!(": {}: {error}", self.linker)))?;
        if output.status.success() {
            return Ok(());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(refused(format!(": {}", errors.trim())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart_as_a_shell_does() {
        let line = r#"LC_ALL="C" PATH="/a b:/c" "cc" "-m64" "x y.o" "-o" "out" "-Wl,-z,a=b""#;
        let line = LinkLine::parse(line).unwrap();
        assert_eq!(line.variables[1], ("PATH".to_owned(), "/a b:/c".to_owned()));
        assert_eq!(line.linker, "cc");
        assert_eq!(line.arguments, ["-m64", "x y.o", "-o", "out", "-Wl,-z,a=b"]);
        assert_eq!(LinkLine::parse("cc x.o"), None);
        assert_eq!(LinkLine::parse("\"unfinished"), None);
        assert_eq!(LinkLine::parse(""), None);
    }
}
