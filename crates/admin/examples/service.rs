//! A small service with an admin port, which keeps itself busy: `service [THREADS [BLOCKS]]`, of which each thread keeps so
//! many blocks of 100,000 bytes.
//!
//! It prints the admin port's address, and ends with its standard input. Two functions stand out in its profiles:
//! `burn_the_processor` in that of the CPU, `keep_some_memory` in that of the heap.

use std::alloc::System;
use std::hint::black_box;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::thread;

use admin::{Activity, Admin, Connection, Names, Readiness, Route, Sampling, State};

#[global_allocator]
static ALLOCATOR: Sampling<System> = Sampling::new(System);

const NAMES: Names = Names {
    routes: &["GET /busy"],
    waits: &["lock"],
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    admin::main_hook();
    let mut counts = std::env::args().skip(1);
    let threads = counts.next().map_or(Ok(1), |count| count.parse::<u16>())?;
    let blocks = counts.next().map_or(Ok(64), |count| count.parse::<u16>())?;
    let activity = Activity::new(NAMES);
    let readiness = Readiness::default();
    let serving = Admin::bind(SocketAddr::from(([127, 0, 0, 1], 0)), None)?
        .activity(activity.clone())
        .readiness(readiness.clone())
        .serve()?;
    for number in 0..threads {
        let connection = activity.connection(SocketAddr::from(([127, 0, 0, 1], number)));
        thread::Builder::new()
            .name(String::from("worker"))
            .spawn(move || work(&connection, blocks))?;
    }
    println!("{}", serving.local_addr());
    readiness.ready();
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Serves requests that no one sent, without a pause.
fn work(connection: &Connection, blocks: u16) {
    let mut kept = vec![Vec::new(); usize::from(blocks)];
    for place in (0..kept.len()).cycle() {
        connection.enter(State::ReadingHead);
        let mut request = connection.request(Route::nth(0));
        black_box(burn_the_processor(20_000));
        kept[place] = keep_some_memory();
        request.enter(State::WritingAnswer);
        request.answered(200);
    }
}

#[inline(never)]
fn burn_the_processor(rounds: u32) -> u32 {
    (0..rounds).fold(1, |sum, round| black_box(sum ^ round).rotate_left(5))
}

#[inline(never)]
fn keep_some_memory() -> Vec<u8> {
    black_box(vec![1; 100_000])
}
