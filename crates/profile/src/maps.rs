//! What of which file is mapped to be run, from `/proc/self/maps`: proc(5).

/// A mapping that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// Its first address.
    pub start: u64,
    /// The first address behind it.
    pub end: u64,
    /// Where in the file it begins.
    pub offset: u64,
    /// The file's path, or a name in brackets such as `[vdso]`.
    pub path: String,
}

/// The mappings that can be run and have a name, by address.
pub fn read(maps: &str) -> Vec<Mapped> {
    let mut mappings: Vec<Mapped> = maps.lines().filter_map(mapping).collect();
    mappings.sort_by_key(|mapped| mapped.start);
    mappings
}

fn mapping(line: &str) -> Option<Mapped> {
    let mut rest = line;
    let mut field = || {
        let (field, after) = rest.split_once(' ')?;
        rest = after.trim_start();
        Some(field)
    };
    let (start, end) = field()?.split_once('-')?;
    let permissions = field()?;
    let offset = field()?;
    let (_device, _inode) = (field()?, field()?);
    if !permissions.contains('x') || rest.is_empty() {
        return None;
    }
    Some(Mapped {
        start: u64::from_str_radix(start, 16).ok()?,
        end: u64::from_str_radix(end, 16).ok()?,
        offset: u64::from_str_radix(offset, 16).ok()?,
        path: rest.to_owned(),
    })
}

/// The mapping that an address lies in, by its place.
pub fn find(mappings: &[Mapped], address: u64) -> Option<usize> {
    let place = mappings.partition_point(|mapped| mapped.start <= address);
    let place = place.checked_sub(1)?;
    let mapped = mappings.get(place)?;
    (address < mapped.end).then_some(place)
}
