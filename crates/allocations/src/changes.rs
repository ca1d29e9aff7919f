//! Which sites allocate more or less than before.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::site::{Place, Site};
use crate::sites::{Amounts, Counter, Sites, Source};

/// What changed between two profiles of a case. Of each counter the changes of the sites sum to that of the case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// The sites that changed, those with the largest change first: by the first of the counters in which they differ.
    pub sites: Vec<SiteChange>,
}

/// A site that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteChange {
    /// Which: the head's, or the base's where the head [has it no more](Self::gone).
    pub site: Site,
    /// What is known of its own lines, in their order.
    pub sources: Vec<Source>,
    /// The place among its own lines of the one that brought the change: the outermost through which the other side does not
    /// allocate; the innermost where it allocates through all of them.
    pub at: usize,
    /// Whether the head has it no more.
    pub gone: bool,
    /// What it allocates before and after, by the counters.
    pub amounts: [(f64, f64); Counter::ALL.len()],
}

impl SiteChange {
    /// What it allocates before and after.
    pub fn of(&self, counter: Counter) -> (f64, f64) {
        let place = Counter::ALL.iter().position(|other| *other == counter);
        place.map_or((0.0, 0.0), |place| self.amounts[place])
    }
}

type Found<'s> = (&'s Site, &'s Amounts);

impl Changes {
    /// The changes between two profiles of a case. Sites are the same, the first that applies,
    ///
    /// - where their lines have the same numbers and texts and the libraries' files and functions are the same;
    /// - where the numbers differ and all else is the same: the code moved;
    /// - where the lines are in the same functions and the libraries' functions are the same, in their order: the code was
    ///   changed, or a library has another version.
    ///
    /// A site of the base that is left went, one of the head that is left came.
    pub fn between(base: &Sites, head: &Sites) -> Self {
        let mut gone: Vec<Found<'_>> = base.sites.iter().collect();
        let mut new: Vec<Found<'_>> = head.sites.iter().collect();
        let mut pairs: Vec<(Found<'_>, Found<'_>)> = Vec::new();
        for key in [at_its_line, by_text, by_function] {
            let mut left: BTreeMap<_, Vec<Found<'_>>> = BTreeMap::new();
            for now in new.drain(..).rev() {
                left.entry(key(now.0, head)).or_default().push(now);
            }
            gone.retain(|old| {
                let same = left.get_mut(&key(old.0, base)).and_then(Vec::pop);
                let Some(now) = same else {
                    return true;
                };
                pairs.push((*old, now));
                false
            });
            new = left.into_values().flatten().collect();
            new.sort_by_key(|(site, _)| *site);
        }
        let none = Amounts::default();
        let ways = (ways(base), ways(head));
        let both = pairs.iter().map(|(old, now)| (now.0, false, old.1, now.1));
        let went = gone.iter().map(|old| (old.0, true, old.1, &none));
        let came = new.iter().map(|now| (now.0, false, &none, now.1));
        let changed = both
            .chain(went)
            .chain(came)
            .filter_map(|(site, gone, old, now)| {
                let amounts = Counter::ALL.map(|counter| {
                    (
                        counter.of(old, base.operations),
                        counter.of(now, head.operations),
                    )
                });
                let (side, other) = if gone {
                    (base, &ways.1)
                } else {
                    (head, &ways.0)
                };
                let source = |place| side.sources.get(place).cloned().unwrap_or_default();
                amounts
                    .iter()
                    .any(|(from, to)| from != to)
                    .then(|| SiteChange {
                        site: site.clone(),
                        sources: site.own.iter().map(source).collect(),
                        at: way(site, side)
                            .position(|way| !other.contains(&way))
                            .map_or(0, |outer| site.own.len() - 1 - outer),
                        gone,
                        amounts,
                    })
            });
        let mut sites: Vec<SiteChange> = changed.collect();
        sites.sort_by(|one, two| {
            let size = |change: &SiteChange| change.amounts.map(|(from, to)| (to - from).abs());
            let order = size(two).partial_cmp(&size(one));
            order
                .unwrap_or(Ordering::Equal)
                .then_with(|| (&one.site, one.gone).cmp(&(&two.site, two.gone)))
        });
        Self { sites }
    }

    /// What all sites together have more of a counter.
    pub fn sum(&self, counter: Counter) -> f64 {
        let changes = self.sites.iter().map(|site| site.of(counter));
        changes.map(|(from, to)| to - from).sum()
    }
}

/// A line, and those that it is called from, by their files and texts.
type Way = Vec<(String, String)>;

/// The ways to the own lines of a site, the shortest first.
fn way<'s>(site: &'s Site, sites: &'s Sites) -> impl Iterator<Item = Way> + 's {
    let mut way = Way::new();
    site.own.iter().rev().map(move |place| {
        way.push((place.file.clone(), text(place, sites)));
        way.clone()
    })
}

fn ways(sites: &Sites) -> BTreeSet<Way> {
    sites
        .sites
        .keys()
        .flat_map(|site| way(site, sites))
        .collect()
}

/// What has to agree: of each own line, then of the library.
type Key = (Vec<(String, u32, String)>, String, String);

fn key(site: &Site, line: impl Fn(&Place) -> (u32, String), file: impl Fn(&str) -> String) -> Key {
    let own = site.own.iter().map(|place| {
        let (line, text) = line(place);
        (place.file.clone(), line, text)
    });
    let library = site.library.as_ref();
    (
        own.collect(),
        library.map_or_else(String::new, |library| library.function.clone()),
        library.map_or_else(String::new, |library| file(&library.file)),
    )
}

fn at_its_line(site: &Site, sites: &Sites) -> Key {
    let line = |place: &Place| (place.line, text(place, sites));
    key(site, line, str::to_owned)
}

fn by_text(site: &Site, sites: &Sites) -> Key {
    let line = |place: &Place| match text(place, sites) {
        // Lines of which nothing is known are told apart by their numbers.
        unknown if unknown.is_empty() => (place.line, unknown),
        known => (0, known),
    };
    key(site, line, str::to_owned)
}

fn by_function(site: &Site, sites: &Sites) -> Key {
    let function = |place: &Place| {
        let source = sites.sources.get(place);
        (
            0,
            source.map_or_else(String::new, |source| source.function.clone()),
        )
    };
    key(site, function, |_| String::new())
}

fn text(place: &Place, sites: &Sites) -> String {
    let source = sites.sources.get(place);
    source.map_or_else(String::new, |source| source.text.clone())
}
