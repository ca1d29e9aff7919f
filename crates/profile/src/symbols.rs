//! Names and lines for a profile's addresses, from the debug information of its files.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use addr2line::Loader;
use object::{Object, ObjectSegment, ObjectSymbol, ReadCache};

use crate::proto::{Function, Line, Profile};
use crate::strings::Strings;

/// Where the running program can be read even if its file was replaced.
const PROGRAM: &str = "/proc/self/exe";

/// Gives each location its lines. An address about which its file says nothing stays as it is.
///
/// It has to run in the profiled program or in another process of the same executable.
pub(crate) fn symbolize(profile: &mut Profile) {
    let mut symbolizer = Symbolizer {
        strings: Strings::with(std::mem::take(&mut profile.strings)),
        functions: Vec::new(),
        ids: HashMap::new(),
    };
    let program = fs::read_link(PROGRAM).ok();
    let files: Vec<Option<Binary>> = profile
        .mappings
        .iter()
        .map(|mapping| {
            let used = profile
                .locations
                .iter()
                .any(|location| location.mapping == mapping.id);
            let path = symbolizer.path(mapping.file, program.as_deref());
            used.then(|| Binary::open(&path)).flatten()
        })
        .collect();
    for location in &mut profile.locations {
        let place = location.mapping as usize;
        let Some(mapping) = place
            .checked_sub(1)
            .and_then(|place| profile.mappings.get_mut(place))
        else {
            continue;
        };
        // Also where no file says more, as of the kernel's own page: pprof would ask the service for the names and give up.
        mapping.has_functions = true;
        mapping.has_filenames = true;
        mapping.has_line_numbers = true;
        mapping.has_inline_frames = true;
        let Some(Some(file)) = files.get(place - 1) else {
            continue;
        };
        let offset = location
            .address
            .wrapping_sub(mapping.start)
            .wrapping_add(mapping.offset);
        if let Some(address) = file.address(offset) {
            location.lines = symbolizer.lines(file, address);
        }
    }
    profile.functions = symbolizer.functions;
    profile.strings = symbolizer.strings.into_list();
}

/// A file that is mapped: its segments, its symbols, and its debug information if it has any.
struct Binary {
    segments: Vec<Segment>,
    symbols: Vec<Symbol>,
    loader: Option<Loader>,
}

struct Segment {
    offset: u64,
    size: u64,
    address: u64,
}

struct Symbol {
    address: u64,
    size: u64,
    name: String,
}

impl Binary {
    fn open(path: &Path) -> Option<Self> {
        let cache = ReadCache::new(File::open(path).ok()?);
        let file = object::File::parse(&cache).ok()?;
        let segments = file
            .segments()
            .map(|segment| {
                let (offset, size) = segment.file_range();
                Segment {
                    offset,
                    size,
                    address: segment.address(),
                }
            })
            .collect();
        let mut symbols: Vec<Symbol> = file
            .symbols()
            .chain(file.dynamic_symbols())
            .filter(|symbol| symbol.kind() == object::SymbolKind::Text && symbol.size() > 0)
            .filter_map(|symbol| {
                Some(Symbol {
                    address: symbol.address(),
                    size: symbol.size(),
                    name: symbol.name().ok()?.to_owned(),
                })
            })
            .collect();
        symbols.sort_by_key(|symbol| symbol.address);
        Some(Self {
            segments,
            symbols,
            loader: Loader::new(path).ok(),
        })
    }

    /// The address that the file itself gives what is at this offset.
    fn address(&self, offset: u64) -> Option<u64> {
        let within =
            |segment: &&Segment| offset >= segment.offset && offset - segment.offset < segment.size;
        let segment = self.segments.iter().find(within)?;
        (offset - segment.offset).checked_add(segment.address)
    }

    /// The symbol that an address lies in.
    fn symbol(&self, address: u64) -> Option<&str> {
        let place = self
            .symbols
            .partition_point(|symbol| symbol.address <= address);
        let symbol = self.symbols.get(place.checked_sub(1)?)?;
        (address - symbol.address < symbol.size).then_some(&symbol.name)
    }
}

struct Symbolizer {
    strings: Strings,
    functions: Vec<Function>,
    /// By name as the linker knows it, and file.
    ids: HashMap<(i64, i64), u64>,
}

impl Symbolizer {
    fn path(&mut self, file: i64, program: Option<&Path>) -> PathBuf {
        let path = PathBuf::from(self.strings.get(file));
        if Some(path.as_path()) == program {
            return PathBuf::from(PROGRAM);
        }
        path
    }

    fn lines(&mut self, file: &Binary, address: u64) -> Vec<Line> {
        let symbol = file.symbol(address);
        let mut lines = Vec::new();
        if let Some(loader) = &file.loader
            && let Ok(mut frames) = loader.find_frames(address)
        {
            let mut frame = frames.next().ok().flatten();
            while let Some(this) = frame {
                frame = frames.next().ok().flatten();
                let name = this.function.as_ref().and_then(|name| name.raw_name().ok());
                // The outermost is the one that the linker knows, and the linker's name is the whole one.
                let linked = symbol.filter(|_| frame.is_none());
                let Some(name) = linked.or(name.as_deref()) else {
                    continue;
                };
                let location = this.location.as_ref();
                let path = location.and_then(|location| location.file).unwrap_or("");
                let line = location.and_then(|location| location.line).unwrap_or(0);
                lines.push(self.line(name, path, line));
            }
        }
        if lines.is_empty()
            && let Some(symbol) = symbol
        {
            lines.push(self.line(symbol, "", 0));
        }
        lines
    }

    fn line(&mut self, system_name: &str, file: &str, line: u32) -> Line {
        let system = self.strings.place(system_name);
        let file = self.strings.place(file);
        let id = *self.ids.entry((system, file)).or_insert_with(|| {
            let name = format!("{:#}", rustc_demangle::demangle(system_name));
            let id = self.functions.len() as u64 + 1;
            self.functions.push(Function {
                id,
                name: self.strings.place(&name),
                system_name: system,
                file,
            });
            id
        });
        Line {
            function: id,
            line: i64::from(line),
        }
    }
}
