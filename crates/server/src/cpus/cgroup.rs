//! What the cgroups of a process allow: `cgroups(7)`, and the kernel's `cgroup-v2` and `sched-bwc` documents.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// The bounds of a process's cgroups, each with the file that sets it; paths as the process sees them.
#[derive(Debug, Default)]
pub(super) struct Limits {
    /// CPUs by time: the lowest quota on the way to the root.
    pub(super) quota: Option<(f64, PathBuf)>,
    /// CPUs by number.
    pub(super) set: Option<(usize, PathBuf)>,
}

/// Where a hierarchy of cgroups is mounted.
struct Mount {
    /// The cgroup that is the mount's root: not the hierarchy's own in a container.
    root: PathBuf,
    point: PathBuf,
    kind: Kind,
}

#[derive(PartialEq, Eq)]
enum Kind {
    /// Version 2: one hierarchy.
    Unified,
    /// Version 1: a hierarchy for some controllers.
    Controllers(Vec<String>),
}

/// The limits for the process whose `/proc/self` lies below `root`.
pub(super) fn limits(root: &Path) -> Limits {
    // A mount point of any bytes, such as a label of a disk, is no reason to see no other.
    let read = |path: &str| {
        let bytes = fs::read(root.join(path)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let (mounts, groups) = (read("proc/self/mountinfo"), read("proc/self/cgroup"));
    let mounts: Vec<Mount> = mounts.lines().filter_map(mount).collect();
    let mut limits = Limits::default();
    let group_of = |mount: &Mount| groups.lines().find_map(|line| group(line, &mount.kind));
    let is_inside = |mount: &Mount| {
        let group = group_of(mount);
        group.is_some_and(|group| inside(mount, &group).is_some())
    };
    for mount in &mounts {
        let Some(group) = group_of(mount) else {
            continue;
        };
        // Another group that is mounted somewhere says nothing of this process; unless nothing else does, as in a container.
        if !is_inside(mount)
            && mounts
                .iter()
                .any(|other| is_inside(other) && other.kind == mount.kind)
        {
            continue;
        }
        let files = Files {
            root,
            mount,
            group: &group,
        };
        let (quota, set) = match &mount.kind {
            Kind::Unified => (
                files.lowest(|directory| {
                    let file = directory.join("cpu.max");
                    Some((quota(&files.read(&file)?)?, file))
                }),
                files.set(&["cpuset.cpus.effective"]),
            ),
            Kind::Controllers(controllers) => {
                let has = |name| controllers.iter().any(|controller| controller == name);
                (
                    has("cpu")
                        .then(|| {
                            files.lowest(|directory| {
                                let file = directory.join("cpu.cfs_quota_us");
                                let period = files.read(&directory.join("cpu.cfs_period_us"))?;
                                let both = format!("{} {period}", files.read(&file)?.trim());
                                Some((quota(&both)?, file))
                            })
                        })
                        .flatten(),
                    has("cpuset")
                        .then(|| files.set(&["cpuset.effective_cpus", "cpuset.cpus"]))
                        .flatten(),
                )
            }
        };
        if let Some(quota) = quota
            && limits
                .quota
                .as_ref()
                .is_none_or(|(cpus, _)| quota.0 < *cpus)
        {
            limits.quota = Some(quota);
        }
        if let Some(set) = set
            && limits.set.as_ref().is_none_or(|(cpus, _)| set.0 < *cpus)
        {
            limits.set = Some(set);
        }
    }
    limits
}

/// A cgroup's path below a mount, if it is below it.
fn inside<'g>(mount: &Mount, group: &'g Path) -> Option<&'g Path> {
    let path = group.strip_prefix(&mount.root).ok()?;
    let leaves = path.components().any(|part| part.as_os_str() == "..");
    (!leaves).then_some(path)
}

/// The files of one cgroup and of those above it.
struct Files<'a> {
    root: &'a Path,
    mount: &'a Mount,
    /// The cgroup's path in its hierarchy.
    group: &'a Path,
}

impl Files<'_> {
    /// The cgroup's directory, and those above it up to the mount.
    fn directories(&self) -> impl Iterator<Item = PathBuf> {
        // A cgroup outside of what is mounted (as a process moved from another namespace has) shows nothing but the mount.
        let inside = inside(self.mount, self.group).unwrap_or(Path::new(""));
        let point = self.mount.point.clone();
        inside
            .ancestors()
            .map(move |part| point.join(part))
            .collect::<Vec<_>>()
            .into_iter()
    }

    fn lowest(&self, quota: impl Fn(&Path) -> Option<(f64, PathBuf)>) -> Option<(f64, PathBuf)> {
        self.directories()
            .filter_map(|directory| quota(&directory))
            .min_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// The number of CPUs in the first of the files that there is, in the nearest directory that has one: a set that is
    /// effective already lies within those above it.
    fn set(&self, names: &[&str]) -> Option<(usize, PathBuf)> {
        self.directories().find_map(|directory| {
            names.iter().find_map(|name| {
                let file = directory.join(name);
                Some((count_of_list(&self.read(&file)?)?, file))
            })
        })
    }

    /// A file by the path that the process sees.
    fn read(&self, path: &Path) -> Option<String> {
        let below = path.strip_prefix("/").unwrap_or(path);
        fs::read_to_string(self.root.join(below)).ok()
    }
}

/// The CPUs of a quota and a period in microseconds; none for `max`, and for version 1's `-1`.
fn quota(text: &str) -> Option<f64> {
    let mut words = text.split_whitespace();
    let quota: u64 = words.next()?.parse().ok()?;
    let period: u64 = words.next()?.parse().ok()?;
    (quota > 0 && period > 0).then(|| quota as f64 / period as f64)
}

/// How many CPUs a list such as `0-3,8` names; none for one that is empty or is no such list.
pub(super) fn count_of_list(list: &str) -> Option<usize> {
    let mut count = 0_usize;
    for range in list.trim().split(',') {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        let (from, to): (usize, usize) = (from.parse().ok()?, to.parse().ok()?);
        count = count.checked_add(to.checked_sub(from)?.checked_add(1)?)?;
    }
    Some(count)
}

/// A line of `mountinfo` that mounts cgroups.
fn mount(line: &str) -> Option<Mount> {
    // Before the dash: ids, device, root, mount point, options; after it: type, source, the type's own options.
    let (place, filesystem) = line.split_once(" - ")?;
    let mut place = place.split(' ').skip(3);
    let (root, point) = (unescape(place.next()?), unescape(place.next()?));
    let mut filesystem = filesystem.split(' ');
    let kind = match filesystem.next()? {
        "cgroup2" => Kind::Unified,
        "cgroup" => {
            let controllers = filesystem.nth(1)?.split(',');
            Kind::Controllers(controllers.map(str::to_owned).collect())
        }
        _ => return None,
    };
    Some(Mount { root, point, kind })
}

/// The path of the process's cgroup, from a line of `/proc/self/cgroup`, if it is in a hierarchy of this kind.
fn group(line: &str, kind: &Kind) -> Option<PathBuf> {
    let mut parts = line.splitn(3, ':');
    let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
    let is_of_kind = match kind {
        Kind::Unified => controllers.is_empty(),
        Kind::Controllers(mounted) => controllers
            .split(',')
            .any(|controller| mounted.iter().any(|other| other == controller)),
    };
    (is_of_kind && !path.is_empty()).then(|| PathBuf::from(path))
}

/// A path of `mountinfo`: blanks, tabs, newlines and backslashes are in octal there.
fn unescape(path: &str) -> PathBuf {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let digits = after.get(..3).and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 8).ok()
        });
        match (byte, digits) {
            (b'\\', Some(escaped)) => {
                bytes.push(escaped);
                rest = &after[3..];
            }
            _ => bytes.push(byte),
        }
    }
    PathBuf::from(OsString::from_vec(bytes))
}
