//! The crate outside the workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// Each step needs the one before it, so that the time is that of so many steps.
const TARGET: &str = r#"
use std::hint::black_box;

const STEPS: u64 = 1000;
const ANSWER: &str = "same";

fn work() -> &'static str {
    let mut state = 1_u64;
    for step in 0..black_box(STEPS) {
        state = (state ^ step).wrapping_mul(6_364_136_223_846_793_005).rotate_left(17);
    }
    black_box(state);
    ANSWER
}

fn main() -> std::process::ExitCode {
    paired::Target::new().case("Work", || work).case("Rest", || || 0).main()
}
"#;

/// A controller that measures two programs for longer than any test takes.
const CONTROLLER: &str = r#"
fn main() {
    let programs: Vec<_> = std::env::args_os().skip(1).map(std::path::PathBuf::from).collect();
    let [base, head, ..] = &programs[..] else { return };
    let mut settings = paired::Settings::new().unwrap();
    settings.quads = 100_000;
    let sides = paired::Sides { base: base.as_path(), head };
    paired::measure_pair(sides, paired::Sides::both("Work"), &settings, &mut fastrand::Rng::new()).unwrap();
}
"#;

/// The programs of the foreign crate.
pub(crate) struct Foreign {
    folder: TempDir,
}

impl Foreign {
    /// Built once for all tests here.
    pub(crate) fn get() -> &'static Self {
        static FOREIGN: OnceLock<Foreign> = OnceLock::new();
        FOREIGN.get_or_init(Self::build)
    }

    fn build() -> Self {
        let foreign = Self {
            folder: TempDir::new().unwrap(),
        };
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let workspace = here.parent().unwrap().parent().unwrap();
        let manifest = format!(
            "[package]\nname = \"foreign\"\nedition = \"2024\"\n\n[lib]\nbench = false\n\n\
            [dev-dependencies]\npaired = {{ path = '{}' }}\nfastrand = \"2\"\n\n\
            [[bench]]\nname = \"target\"\nharness = false\n\n[[bench]]\nname = \"controller\"\nharness = false\n",
            here.display(),
        );
        foreign.write("Cargo.toml", &manifest);
        // The same dependencies, which are here already.
        fs::copy(
            workspace.join("Cargo.lock"),
            foreign.folder.path().join("Cargo.lock"),
        )
        .unwrap();
        foreign.write("src/lib.rs", "");
        foreign.write("benches/controller.rs", CONTROLLER);
        foreign.version("base", TARGET);
        foreign.version("more", &TARGET.replace("1000", "1100"));
        foreign.version("other", &TARGET.replace("same", "other"));
        foreign
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Builds the crate with this target, and keeps the programs under this name.
    fn version(&self, name: &str, target: &str) {
        self.write("benches/target.rs", target);
        let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("foreign");
        let cargo = Command::new(env!("CARGO"))
            .args(["bench", "--offline", "--no-run", "--message-format=json"])
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", &built)
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(cargo.status.success());
        for target in ["target", "controller"] {
            // The line of the target that was built, and in it the path of its program.
            let messages = String::from_utf8(cargo.stdout.clone()).unwrap();
            let kind =
                format!("\"kind\":[\"bench\"],\"crate_types\":[\"bin\"],\"name\":\"{target}\"");
            let line = messages.lines().find(|line| line.contains(&kind)).unwrap();
            let path = line
                .split("\"executable\":\"")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap();
            fs::copy(path, self.program(&format!("{name}-{target}"))).unwrap();
        }
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
