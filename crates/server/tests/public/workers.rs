//! How many worker threads: on files as Linux has them, and in a real cgroup.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use server::cpus::{Bound, Workers};
use tempfile::TempDir;

use crate::process::Program;

/// Files below a root.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().expect("a directory");
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a directory");
        fs::write(path, text).expect("a file");
    }
    root
}

const ONLINE: (&str, &str) = ("sys/devices/system/cpu/online", "0-15\n");
const V2_MOUNT: (&str, &str) = (
    "proc/self/mountinfo",
    "23 28 0:22 / /proc rw,nosuid shared:12 - proc proc rw\n\
     35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
);

fn of(files: &[(&str, &str)], affinity: usize) -> (usize, Bound, String) {
    let root = tree(files);
    let workers = Workers::of(root.path(), Some(affinity));
    (
        workers.count.get(),
        workers.bound.clone(),
        workers.to_string(),
    )
}

fn quota(cpus: f64, file: &str) -> Bound {
    Bound::Quota {
        cpus,
        file: PathBuf::from(file),
    }
}

#[test]
fn without_a_limit_the_host_decides() {
    let group = ("proc/self/cgroup", "0::/user.slice/session-2.scope\n");
    let max = (
        "sys/fs/cgroup/user.slice/session-2.scope/cpu.max",
        "max 100000\n",
    );
    let (count, bound, said) = of(&[ONLINE, V2_MOUNT, group, max], 16);
    assert_eq!((count, bound), (16, Bound::Host));
    assert_eq!(
        said,
        "16 worker threads: the host has so many CPUs, and no cgroup or affinity allows less"
    );
    // Files that are not there, or not what they should be.
    assert_eq!(of(&[ONLINE], 16).0, 16);
    assert_eq!(of(&[], 3).0, 3);
    for max in [
        "",
        "max",
        "100000",
        "0 100000",
        "100000 0",
        "-1 100000",
        "a b",
        "1e3 10",
    ] {
        let max = ("sys/fs/cgroup/user.slice/session-2.scope/cpu.max", max);
        assert_eq!(
            of(&[ONLINE, V2_MOUNT, group, max], 16).1,
            Bound::Host,
            "{max:?}"
        );
    }
}

#[test]
fn version_2_the_lowest_quota_on_the_way_up_decides() {
    let (count, bound, said) = of(
        &[
            ONLINE,
            V2_MOUNT,
            ("proc/self/cgroup", "0::/kubepods/burstable/pod1/web\n"),
            ("sys/fs/cgroup/cpuset.cpus.effective", "0-15\n"),
            ("sys/fs/cgroup/kubepods/cpu.max", "1200000 100000\n"),
            ("sys/fs/cgroup/kubepods/burstable/cpu.max", "max 100000\n"),
            (
                "sys/fs/cgroup/kubepods/burstable/pod1/cpu.max",
                "250000 100000\n",
            ),
            (
                "sys/fs/cgroup/kubepods/burstable/pod1/web/cpu.max",
                "400000 100000\n",
            ),
        ],
        16,
    );
    let file = "/sys/fs/cgroup/kubepods/burstable/pod1/cpu.max";
    // Two and a half: the half is to be used, too.
    assert_eq!((count, bound), (3, quota(2.5, file)));
    assert_eq!(
        said,
        format!("3 worker threads: {file} allows 2.50 of the host's 16 CPUs")
    );
}

#[test]
fn a_quota_that_is_rounded_up_to_all_there_are_decides_all_the_same() {
    let (count, bound, _) = of(
        &[
            ("sys/devices/system/cpu/online", "0-1\n"),
            V2_MOUNT,
            ("proc/self/cgroup", "0::/web\n"),
            ("sys/fs/cgroup/web/cpu.max", "150000 100000\n"),
        ],
        2,
    );
    let file = "/sys/fs/cgroup/web/cpu.max";
    assert_eq!((count, bound), (2, quota(1.5, file)));
}

#[test]
fn another_group_that_is_mounted_somewhere_bounds_nothing() {
    let root = tree(&[
        ONLINE,
        ("proc/self/cgroup", "0::/user.slice\n"),
        ("sys/fs/cgroup/user.slice/cpu.max", "800000 100000\n"),
        ("mnt/batch/cpu.max", "50000 100000\n"),
    ]);
    // A mount point is bytes, not text.
    let mounts = b"\
        22 24 8:1 / /media/\xff\xfe rw - vfat /dev/sdb1 rw\n\
        36 24 0:30 /batch.slice /mnt/batch rw - cgroup2 cgroup2 rw\n\
        35 24 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
    fs::write(root.path().join("proc/self/mountinfo"), mounts).expect("a file");
    let workers = Workers::of(root.path(), Some(16));
    let file = "/sys/fs/cgroup/user.slice/cpu.max";
    assert_eq!((workers.count.get(), workers.bound), (8, quota(8.0, file)));
}

#[test]
fn version_2_in_a_container_the_mount_is_the_top() {
    // The container's own namespace: its group is the root.
    let own = of(
        &[
            ONLINE,
            V2_MOUNT,
            ("proc/self/cgroup", "0::/\n"),
            ("sys/fs/cgroup/cpu.max", "50000 100000\n"),
        ],
        16,
    );
    assert_eq!((own.0, own.1), (1, quota(0.5, "/sys/fs/cgroup/cpu.max")));
    // The host's namespace, with a part of the hierarchy mounted.
    let part = (
        "proc/self/mountinfo",
        "35 24 0:30 /docker/ab\\040c /sys/fs/cgroup ro,relatime - cgroup2 cgroup2 rw\n",
    );
    let hosts = of(
        &[
            ONLINE,
            part,
            ("proc/self/cgroup", "0::/docker/ab c/web\n"),
            ("sys/fs/cgroup/web/cpu.max", "300000 100000\n"),
            ("sys/fs/cgroup/cpu.max", "200000 100000\n"),
        ],
        16,
    );
    assert_eq!(
        (hosts.0, hosts.1),
        (2, quota(2.0, "/sys/fs/cgroup/cpu.max"))
    );
    // A group outside of the namespace.
    let outside = of(
        &[
            ONLINE,
            V2_MOUNT,
            ("proc/self/cgroup", "0::/../../other\n"),
            ("other/cpu.max", "100000 100000\n"),
            ("sys/fs/cgroup/cpu.max", "700000 100000\n"),
        ],
        16,
    );
    assert_eq!(outside.0, 7);
}

#[test]
fn version_1_quota_and_period_lie_in_two_files() {
    let mounts = (
        "proc/self/mountinfo",
        "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n\
         32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n\
         34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset\n\
         41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n",
    );
    let groups = (
        "proc/self/cgroup",
        "9:name=systemd:/\n4:memory:/elsewhere\n3:cpuset:/docker/ab\n2:cpu,cpuacct:/docker/ab\n0::/\n",
    );
    let base = [
        ONLINE,
        mounts,
        groups,
        ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"),
        ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
        ("sys/fs/cgroup/cpuset/cpuset.cpus", "0-15\n"),
    ];
    let with = |files: &[(&'static str, &'static str)]| of(&[&base, files].concat(), 16);
    assert_eq!(with(&[]).1, Bound::Host);
    let quota_file = (
        "sys/fs/cgroup/cpu,cpuacct/docker/ab/cpu.cfs_quota_us",
        "200000\n",
    );
    // Half a second: the period is not always the same.
    let period_file = (
        "sys/fs/cgroup/cpu,cpuacct/docker/ab/cpu.cfs_period_us",
        "50000\n",
    );
    let (count, bound, _) = with(&[quota_file, period_file]);
    let file = "/sys/fs/cgroup/cpu,cpuacct/docker/ab/cpu.cfs_quota_us";
    assert_eq!((count, bound), (4, quota(4.0, file)));
    assert_eq!(with(&[quota_file]).1, Bound::Host, "no period");
    let set = ("sys/fs/cgroup/cpuset/docker/ab/cpuset.cpus", "0-1,4\n");
    let (count, bound, said) = with(&[quota_file, period_file, set]);
    let file = "/sys/fs/cgroup/cpuset/docker/ab/cpuset.cpus";
    assert_eq!((count, bound), (3, Bound::Set(PathBuf::from(file))));
    assert_eq!(
        said,
        format!("3 worker threads: {file} allows so many of the host's 16 CPUs")
    );
}

#[test]
fn affinity_and_set_bound_too() {
    let (count, bound, said) = of(&[ONLINE], 4);
    assert_eq!((count, bound), (4, Bound::Affinity));
    assert_eq!(
        said,
        "4 worker threads: the process may run on so many of the host's 16 CPUs"
    );
    let group = ("proc/self/cgroup", "0::/a\n");
    for (set, count) in [
        ("3\n", 1),
        ("0,2,4-6\n", 5),
        ("\n", 16),
        ("6-4\n", 16),
        ("a-b\n", 16),
    ] {
        let set = ("sys/fs/cgroup/a/cpuset.cpus.effective", set);
        assert_eq!(of(&[ONLINE, V2_MOUNT, group, set], 16).0, count, "{set:?}");
    }
}

#[test]
fn the_program_follows_its_affinity_and_its_flag() {
    let program = Program::start(&["--workers", "3"]);
    assert!(
        program.said.contains("3 worker threads: as asked for"),
        "{}",
        program.said
    );
    let mut command = Command::new("taskset");
    let allowed = rustix::thread::sched_getaffinity(None).expect("an affinity");
    let mut cpus = 0..rustix::thread::CpuSet::MAX_CPU;
    let first = cpus.find(|&cpu| allowed.is_set(cpu)).expect("a CPU");
    command.args(["-c", &first.to_string(), env!("CARGO_BIN_EXE_server")]);
    if Workers::of_this_process().count.get() == 1
        || Command::new("taskset").arg("-V").output().is_err()
    {
        eprintln!("skipped: one CPU, or no program taskset");
        return;
    }
    let program = Program::run(command);
    assert!(
        program
            .said
            .contains("1 worker thread: the process may run on so many"),
        "{}",
        program.said
    );
}

/// A cgroup of this test's own, below its parent; both go at the end.
struct Group {
    parent: PathBuf,
    child: PathBuf,
}

impl Group {
    /// In version 2, or else version 1, where this process may make one: half a CPU for the parent, no quota for the child.
    fn new() -> Result<(Self, &'static str), String> {
        let mut why = String::from("no hierarchy with a CPU controller");
        for (top, file, limit) in [
            ("/sys/fs/cgroup", "cpu.max", "50000 100000"),
            ("/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", "50000"),
            ("/sys/fs/cgroup/cpu,cpuacct", "cpu.cfs_quota_us", "50000"),
        ] {
            let parent = Path::new(top).join(format!("handlerbench-{}", std::process::id()));
            let child = parent.join("child");
            if let Err(error) = fs::create_dir_all(&child) {
                why = format!("{}: {error}", child.display());
                continue;
            }
            let group = Self { parent, child };
            // A plain directory would take any file; a cgroup has this one if its parent gave it the controller.
            let limited = fs::OpenOptions::new()
                .write(true)
                .open(group.parent.join(file));
            match limited.and_then(|mut file| file.write_all(limit.as_bytes())) {
                Ok(()) => return Ok((group, file)),
                Err(error) => why = format!("{}: {error}", group.parent.join(file).display()),
            }
        }
        Err(why)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Empty when its processes have ended.
        let _ = fs::remove_dir(&self.child);
        let _ = fs::remove_dir(&self.parent);
    }
}

#[test]
fn the_program_follows_a_real_cgroup() {
    if Workers::of_this_process().count.get() == 1 {
        eprintln!("skipped: one CPU");
        return;
    }
    let (group, file) = match Group::new() {
        Ok(group) => group,
        Err(why) => {
            eprintln!("skipped: no cgroup can be made here: {why}");
            return;
        }
    };
    let mut command = Command::new("sh");
    command
        .args(["-c", r#"echo $$ > "$0/cgroup.procs" && exec "$@""#])
        .arg(&group.child)
        .arg(env!("CARGO_BIN_EXE_server"));
    let program = Program::run(command);
    let said = format!(
        "1 worker thread: {} allows 0.50 of the host's",
        group.parent.join(file).display()
    );
    assert!(program.said.contains(&said), "{}", program.said);
    let mut client = crate::client::Client::connect(program.address);
    client.send(crate::client::get("/data"));
    assert_eq!(client.answer().status, 200);
    drop(program);
    drop(group);
}
