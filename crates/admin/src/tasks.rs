//! The connections and tasks now in flight, as a page and as a profile.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use profile::Profile;

use crate::activity::{Activity, Names};
use crate::slot::{Owner, Seen, State};

/// The page: how many do what, then one line each, the oldest first.
pub(crate) fn page(activity: &Activity) -> String {
    let seen = activity.seen();
    let now = activity.now();
    let names = activity.names();
    let (mut connections, mut tasks) = (0, 0);
    let mut alike: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for seen in &seen {
        let kind = match seen.owner {
            Owner::Connection(_) => {
                connections += 1;
                "connection"
            }
            Owner::Task(name) => {
                tasks += 1;
                name
            }
        };
        *alike.entry((kind, doing(seen, names))).or_default() += 1;
    }
    let mut page = format!("{connections} connections, {tasks} tasks\n\n");
    for ((kind, doing), count) in alike {
        page.push_str(&format!("{count:>8}  {kind}: {doing}\n"));
    }
    page.push('\n');
    for seen in &seen {
        page.push_str(&line(seen, names, now));
    }
    page
}

/// The same as a profile: what each is, for which route, what it does; how many there are, and since when altogether.
pub(crate) fn profile(activity: &Activity) -> Profile {
    let now = activity.now();
    let names = activity.names();
    let mut alike: BTreeMap<(&str, &str, String), (i64, i64)> = BTreeMap::new();
    for seen in activity.seen() {
        let owner = match seen.owner {
            Owner::Connection(_) => "connection",
            Owner::Task(name) => name,
        };
        let route = seen.route.map_or("", |route| names.route(route));
        let sums = alike
            .entry((owner, route, said(seen.state, names)))
            .or_default();
        sums.0 += 1;
        sums.1 += now.saturating_sub(seen.since) as i64;
    }
    let samples: Vec<(Vec<&str>, Vec<i64>)> = alike
        .iter()
        .map(|((owner, route, said), (count, waited))| {
            let stack = [said.as_str(), *route, *owner];
            let stack = stack.into_iter().filter(|name| !name.is_empty());
            (stack.collect(), vec![*waited, *count])
        })
        .collect();
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let units = [("waited", "nanoseconds"), ("tasks", "count")];
    Profile::of_names(&units, &samples, since_1970.as_nanos() as i64)
}

fn line(seen: &Seen, names: Names, now: u64) -> String {
    let since = |then: u64| Duration::from_nanos(now.saturating_sub(then));
    let owner = match seen.owner {
        Owner::Connection(peer) => format!("connection {} from {peer}", seen.number),
        Owner::Task(name) => format!("task {} {name}", seen.number),
    };
    let served = match seen.owner {
        Owner::Connection(_) => format!(", {} requests served", seen.served),
        Owner::Task(_) => String::new(),
    };
    format!(
        "{owner}: {} for {:.1?}; here for {:.1?}{served}\n",
        doing(seen, names),
        since(seen.since),
        since(seen.opened),
    )
}

/// What it does, or what it waits for, and for which route.
pub(crate) fn doing(seen: &Seen, names: Names) -> String {
    let doing = said(seen.state, names);
    match seen.route {
        Some(route) => format!("{doing}, {}", names.route(route)),
        None => doing,
    }
}

/// A state in words.
pub(crate) fn said(state: State, names: Names) -> String {
    match state {
        State::Idle => String::from("idle"),
        State::ReadingHead => String::from("reading a head"),
        State::ReadingBody => String::from("reading a body"),
        State::Parsing => String::from("parsing"),
        State::Handling => String::from("handling"),
        State::Waiting(wait) => format!("waiting for {}", names.wait(wait)),
        State::Encoding => String::from("encoding"),
        State::WritingAnswer => String::from("writing the answer"),
    }
}
