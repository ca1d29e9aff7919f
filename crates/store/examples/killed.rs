//! Kills a process that writes, again and again, and looks for each write that it acknowledged: `killed [KILLS]`.
//!
//! The process under test is this program, started with the path of the database. It writes entries with a store, several at a
//! time, and says each on its output when the store has said that it is done.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rusqlite::Connection;
use store::{AccountId, Data, NewEntry, Rung, Settings, Sqlite, Store};

const DATA: Data = Data {
    accounts: 100,
    entries: 2_000,
    seed: 7,
};

/// Writes that a process has in flight: with more than one, one is often being written while another is acknowledged.
const AT_ONCE: usize = 4;

/// The latest moment of a kill, in microseconds after the start: the first writes are acknowledged within some milliseconds, so that
/// a few are killed while they open the database, and most in the middle of a write.
const LATEST: u64 = 60_000;

fn main() -> Result<()> {
    match &std::env::args().collect::<Vec<_>>()[1..] {
        [word, path] if word == "write" => write(Path::new(path)),
        [kills] => watch(kills.parse().context("KILLS is a number")?),
        [] => watch(200),
        _ => bail!("usage: killed [KILLS]"),
    }
}

/// Kills so many processes, and looks at the database after each.
fn watch(kills: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("accounts.db");
    Sqlite::fill(&path, DATA)?;
    let mut acknowledged = HashMap::new();
    let (mut most, mut before_any) = (0, 0);
    for kill in 1..=kills {
        let told = killed(&path)?;
        before_any += usize::from(told.is_empty());
        most = most.max(told.len());
        acknowledged.extend(told);
        check(&path, &acknowledged).with_context(|| format!("after kill {kill}"))?;
    }
    let connection = Connection::open(&path)?;
    let all: u32 = connection.query_row("SELECT count(*) FROM entries", [], |row| row.get(0))?;
    let written = (all - DATA.entries) as usize;
    println!(
        "{kills} kills, {before_any} of them before the first write was acknowledged, at most {most} writes in between: the database \
         opened each time, each balance was the sum of its entries, and each of {} acknowledged writes was there; {} more were \
         done and not yet acknowledged",
        acknowledged.len(),
        written - acknowledged.len()
    );
    Ok(())
}

/// Starts a process that writes, kills it at a random moment, and says what it acknowledged: account and amount by entry.
fn killed(path: &Path) -> Result<Vec<(i64, (u32, i64))>> {
    let mut process = Command::new(std::env::current_exe()?)
        .arg("write")
        .arg(path)
        .stdout(Stdio::piped())
        .spawn()?;
    let output = process.stdout.take().context("no pipe")?;
    let reader = std::thread::spawn(move || {
        let mut lines = Vec::new();
        let mut output = BufReader::new(output);
        loop {
            let mut line = String::new();
            // What has no end was not said.
            if output.read_line(&mut line)? == 0 || !line.ends_with('\n') {
                return Ok::<_, std::io::Error>(lines);
            }
            lines.push(line);
        }
    });
    std::thread::sleep(Duration::from_micros(fastrand::u64(..LATEST)));
    process.kill()?;
    let status = process.wait()?;
    ensure!(status.code().is_none(), "it ended by itself: {status}");
    let Ok(lines) = reader.join() else {
        bail!("the reader panicked")
    };
    lines?
        .iter()
        .map(|line| {
            let numbers: Vec<i64> = line
                .split_whitespace()
                .map(str::parse)
                .collect::<Result<_, _>>()?;
            let &[id, account, amount] = &numbers[..] else {
                bail!("it said {line:?}");
            };
            Ok((id, (u32::try_from(account)?, amount)))
        })
        .collect()
}

/// Opens the database and looks for what has to be in it.
fn check(path: &Path, acknowledged: &HashMap<i64, (u32, i64)>) -> Result<()> {
    let connection = Connection::open(path)?;
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    ensure!(sound == "ok", "integrity_check: {sound}");
    let mut statement = connection.prepare("SELECT account, amount FROM entries WHERE id = ?1")?;
    for (id, expected) in acknowledged {
        let found = statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)));
        let found = found.with_context(|| format!("entry {id} was acknowledged"))?;
        ensure!(found == *expected, "entry {id}: {found:?}");
    }
    let wrong: i64 = connection.query_row(
        "SELECT count(*) FROM accounts a WHERE balance <> (SELECT coalesce(sum(amount), 0) FROM entries WHERE account = a.id)",
        [],
        |row| row.get(0),
    )?;
    ensure!(
        wrong == 0,
        "{wrong} balances are not the sum of the entries"
    );
    Ok(())
}

/// Writes without end.
fn write(path: &Path) -> Result<()> {
    let settings = Settings {
        rung: Rung::Indexed,
        has_index: false,
        connections: AT_ONCE,
        wait: Duration::from_secs(5),
        query_time: Duration::from_secs(5),
    };
    let store = std::sync::Arc::new(Sqlite::open(path, settings)?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let writers: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let store = std::sync::Arc::clone(&store);
            runtime.spawn(async move {
                loop {
                    let account = AccountId::new(fastrand::u32(1..=DATA.accounts))?;
                    let entry = NewEntry {
                        amount: fastrand::i64(1..1_000_000),
                        text: "written".to_owned(),
                    };
                    let entry = store.post(account, entry, &|_| ()).await?;
                    // One write, so that a line is said whole or not at all.
                    let line = format!("{} {} {}\n", entry.id, account.get(), entry.amount);
                    std::io::stdout().lock().write_all(line.as_bytes())?;
                }
            })
        })
        .collect();
    for writer in writers {
        let ended: Result<()> = runtime.block_on(writer)?;
        ended?;
    }
    Ok(())
}
