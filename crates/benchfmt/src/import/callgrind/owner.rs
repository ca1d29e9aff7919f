//! Whose code a function is.

use std::borrow::Cow;
use std::fmt;

/// Whose code a function is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner<'a> {
    /// That of a crate, by the name it has in a path: with `_` for `-`.
    Crate(Cow<'a, str>),
    /// Rust's own: `core`, `alloc`, `std` and the runtime below them.
    Std,
    /// The C library's, its dynamic linker's included.
    Libc,
    /// It cannot be told.
    Unknown,
}

/// The crate's name, `std`, `libc` or `unknown`.
impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Crate(name) => name,
            Self::Std => "std",
            Self::Libc => "libc",
            Self::Unknown => "unknown",
        })
    }
}

/// Whose code a function is, by its demangled name, source file and object.
///
/// - A path belongs to the crate that it starts with.
/// - A method of an implementation (`<Type as Trait>::method`) belongs to the type's crate; to the
///   trait's if the type is Rust's own or a parameter. That is the crate that has the
///   implementation, except where a crate implements its trait for another one's type.
/// - A name without a path is C's: it belongs to the C library by its object, else to the crate
///   below whose package the file lies in cargo's folders, else to the C library if it allocates or
///   copies memory, as in a static executable.
pub fn owner<'a>(name: &'a str, file: Option<&'a str>, object: Option<&str>) -> Owner<'a> {
    if let Some(implementation) = name.strip_prefix('<') {
        return of_implementation(implementation);
    }
    if let Some(root) = root(name) {
        // The crates that std is built with keep their own names.
        let vendored = file.is_some_and(|file| file.starts_with("/rust/deps/"));
        return if vendored { Owner::Std } else { of_root(root) };
    }
    if RUNTIME.iter().any(|prefix| name.starts_with(prefix)) {
        return Owner::Std;
    }
    if object.is_some_and(is_c_library) {
        return Owner::Libc;
    }
    match file.and_then(package) {
        Some(package) => Owner::Crate(if package.contains('-') {
            package.replace('-', "_").into()
        } else {
            package.into()
        }),
        None if is_memory_function(name) => Owner::Libc,
        None => Owner::Unknown,
    }
}

/// The crates that come with rustc; `__rustc` is where its symbols for the allocator live.
const STD: [&str; 7] = [
    "__rustc",
    "alloc",
    "compiler_builtins",
    "core",
    "panic_abort",
    "panic_unwind",
    "std",
];

/// How the runtime's symbols without a path start.
const RUNTIME: [&str; 5] = ["__rust_", "__rdl_", "__rg_", "rust_begin_", "rust_eh_"];

/// The first crate of a path, if it is one.
fn root(path: &str) -> Option<&str> {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    let end = path.find(|letter| !is_letter(letter))?;
    let (root, mut after) = path.split_at(end);
    // The disambiguator of the v0 mangling: `serde[0123456789abcdef]::`.
    if let Some((_, behind)) = after
        .strip_prefix('[')
        .and_then(|after| after.split_once(']'))
    {
        after = behind;
    }
    (!root.is_empty() && after.starts_with("::")).then_some(root)
}

fn of_root(root: &str) -> Owner<'_> {
    if STD.contains(&root) {
        Owner::Std
    } else {
        Owner::Crate(root.into())
    }
}

/// Of `Type>::method` or `Type as Trait>::method`.
fn of_implementation(text: &str) -> Owner<'_> {
    let (ty, of_trait) = split_implementation(text);
    match root(without_references(ty)).map(of_root) {
        Some(owner @ Owner::Crate(_)) => owner,
        _ => of_trait.and_then(root).map_or(Owner::Std, of_root),
    }
}

/// The type and the trait of an implementation.
fn split_implementation(text: &str) -> (&str, Option<&str>) {
    let mut depth = 0_usize;
    let mut previous = b' ';
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        match byte {
            b'<' | b'(' | b'[' => depth += 1,
            // The arrow of a function's type closes nothing.
            b'>' if previous == b'-' => {}
            b'>' if depth == 0 => return (&text[..at], None),
            b'>' | b')' | b']' => depth = depth.saturating_sub(1),
            b' ' if depth == 0 && text[at..].starts_with(" as ") => {
                return (&text[..at], Some(&text[at + " as ".len()..]));
            }
            _ => {}
        }
        previous = byte;
    }
    (text, None)
}

/// What a reference, a pointer or a trait object is one of.
fn without_references(mut ty: &str) -> &str {
    let strip = |ty| {
        ["&", "mut ", "*const ", "*mut ", "dyn "]
            .iter()
            .find_map(|&prefix| str::strip_prefix(ty, prefix))
    };
    while let Some(inner) = strip(ty) {
        ty = inner;
    }
    ty
}

/// Whether an object is the C library: glibc's or musl's parts, by the names of their files.
fn is_c_library(object: &str) -> bool {
    let file = object.rsplit('/').next().unwrap_or(object);
    let stem = file.split(['.', '-']).next().unwrap_or(file);
    let parts = ["libc", "libm", "libpthread", "libdl", "librt", "ld"];
    parts.contains(&stem) && file.contains(".so")
}

/// The package in whose sources a file lies: `.../registry/src/<index>/<package>-<version>/...`.
fn package(file: &str) -> Option<&str> {
    let (_, below) = file.split_once("/registry/src/")?;
    let folder = below.split('/').nth(1)?;
    let is_version = |text: &str| {
        let major = text.split_once('.').map_or("", |(major, _)| major);
        !major.is_empty() && major.bytes().all(|byte| byte.is_ascii_digit())
    };
    let (at, _) = folder
        .match_indices('-')
        .find(|&(at, _)| at > 0 && is_version(&folder[at + 1..]))?;
    Some(&folder[..at])
}

/// Whether a C function allocates or copies memory: `malloc`, `__memcpy_avx_unaligned_erms`.
fn is_memory_function(name: &str) -> bool {
    let name = name.trim_start_matches('_');
    let name = name.strip_prefix("int_").unwrap_or(name);
    let functions = [
        "aligned_alloc",
        "bcmp",
        "calloc",
        "free",
        "malloc",
        "memchr",
        "memcmp",
        "memcpy",
        "memmove",
        "memset",
        "posix_memalign",
        "realloc",
        "strlen",
    ];
    functions.iter().any(|function| {
        let after = name.strip_prefix(function);
        after.is_some_and(|after| after.is_empty() || after.starts_with(['_', '@']))
    })
}
