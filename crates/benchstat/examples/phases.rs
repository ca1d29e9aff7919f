//! tmp
use benchstat::*;
use std::time::Instant;
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let t = Instant::now();
    let mut c = Collection::default();
    c.read_inputs(&Input::from_arguments(&args)).unwrap();
    let t1 = t.elapsed();
    let q = Query::new(&Expressions::default()).unwrap();
    let tables = q.tables(&c);
    let t2 = t.elapsed();
    let mut out = Vec::with_capacity(1 << 25);
    write_text(&tables, Style::default(), &mut out).unwrap();
    let t3 = t.elapsed();
    drop(tables);
    drop(c);
    let t4 = t.elapsed();
    eprintln!(
        "read {t1:?} tables {:?} text {:?} drop {:?} total {t4:?}",
        t2 - t1,
        t3 - t2,
        t4 - t3
    );
}
