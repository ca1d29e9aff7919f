//! Any bytes are read: what must hold is in `properties`.

mod properties;

use proptest::prelude::*;

use properties::check_reader;

/// Pieces of lines that are nearly right, put together as they come.
fn text() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: [&[u8]; 34] = [
        b"Benchmark",
        b"BenchmarkA",
        b"BenchmarkB/k=v-8",
        b" ",
        b"\t",
        b"\n",
        b"\r\n",
        b" 1 ",
        b" 100 2.5 ns/op",
        b" 1e308 MB/s",
        b" 3 B/op",
        b"-0",
        b"1_0",
        b"0x1p-3",
        b"NaN",
        b"1e999",
        b"5e-324",
        b"Unit ",
        b"Unit ns/op ",
        b"better=lower ",
        b"better=higher ",
        b"assume=exact ",
        b"a=b ",
        b"=",
        b"goos: linux\n",
        b"goos:\n",
        b"key: a\tb \n",
        b"k:v\n",
        b"\xc3\xa9",
        b"\xc2\xa0",
        b"\xff",
        b"\x1b[1m",
        b"\xff\xfe",
        b"\0",
    ];
    let piece = prop_oneof![
        8 => prop::sample::select(&PIECES[..]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check_reader(&bytes);
    }

    #[test]
    fn nearly_right_lines_are_read(text in text()) {
        check_reader(&text);
    }
}
