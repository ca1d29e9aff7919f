//! SQLite: a file, and connections to it on blocking threads.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use places::Places;
use r2d2::{ManageConnection, PooledConnection};
use rusqlite::{CachedStatement, Connection, ErrorCode, Statement, TransactionBehavior, params};
use tokio::sync::oneshot;

use crate::counts::{Counts, Kind};
use crate::{
    Account, AccountId, Data, Entry, Error, Log, Logged, NewEntry, PoolStats, Query, QueryStats,
    Rung, Settings, Step, Steps, Store,
};

/// Virtual machine steps between looks at the clock: some tens of microseconds.
const STEPS: i32 = 1000;

const SCHEMA: &str = "
    CREATE TABLE accounts (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, currency TEXT NOT NULL, balance INTEGER NOT NULL) STRICT;
    CREATE TABLE entries (id INTEGER PRIMARY KEY, account INTEGER NOT NULL, at INTEGER NOT NULL, amount INTEGER NOT NULL,
        text TEXT NOT NULL) STRICT;
    CREATE TABLE entries_unindexed (id INTEGER PRIMARY KEY, account INTEGER NOT NULL, at INTEGER NOT NULL, amount INTEGER NOT NULL,
        text TEXT NOT NULL) STRICT;";

/// Accounts in a SQLite file.
#[derive(Debug)]
pub struct Sqlite {
    inner: Arc<Inner>,
    log: Option<Arc<Log>>,
}

#[derive(Debug)]
struct Inner {
    file: File,
    settings: Settings,
    places: Places,
    /// None where each request has a connection of its own.
    pool: Option<r2d2::Pool<File>>,
    counts: Counts,
    read: String,
    write: String,
}

/// Opens connections. `r2d2_sqlite` would, too, but is bound to an older rusqlite.
#[derive(Clone, Debug)]
struct File {
    path: PathBuf,
    busy: Duration,
}

impl ManageConnection for File {
    type Connection = Connection;
    type Error = rusqlite::Error;

    fn connect(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(self.busy)?;
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
        Ok(connection)
    }

    fn is_valid(&self, _: &mut Connection) -> rusqlite::Result<()> {
        Ok(())
    }

    /// One whose transaction was not rolled back would be in it for ever.
    fn has_broken(&self, connection: &mut Connection) -> bool {
        !connection.is_autocommit()
    }
}

impl Sqlite {
    /// A store on a file that [`fill`](Self::fill) has made.
    ///
    /// # Errors
    ///
    /// When the file can't be opened, or is no such database.
    pub fn open(path: &Path, settings: Settings) -> Result<Self, Error> {
        let file = File {
            path: path.to_owned(),
            busy: settings.query_time,
        };
        let connection = file
            .connect()
            .map_err(|error| match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => Error::refused(error),
                _ => Error::down(error),
            })?;
        connection
            .prepare("SELECT owner FROM accounts, entries, entries_unindexed")
            .map_err(Error::refused)?;
        let pool = (settings.rung > Rung::Connect).then(|| {
            r2d2::Pool::builder()
                .max_size(settings.connections.clamp(1, u32::MAX as usize) as u32)
                .min_idle(Some(0))
                // A file does not go away between two requests.
                .test_on_check_out(false)
                .connection_timeout(settings.query_time)
                .build_unchecked(file.clone())
        });
        let entries = settings.entries();
        let inner = Arc::new(Inner {
            places: Places::new(settings.connections, settings.wait),
            file,
            settings,
            pool,
            counts: Counts::default(),
            read: format!(
                "SELECT a.owner, a.currency, a.balance, e.id, e.at, e.amount, e.text FROM accounts a \
                 LEFT JOIN (SELECT * FROM {entries} WHERE account = ?1 ORDER BY id DESC LIMIT ?2) e ON TRUE \
                 WHERE a.id = ?1 ORDER BY e.id DESC"
            ),
            write: format!(
                "INSERT INTO {entries} (account, at, amount, text) VALUES (?1, ?2, ?3, ?4)"
            ),
        });
        Ok(Self { inner, log: None })
    }

    /// Tells a log what is slow, and what fails.
    #[must_use]
    pub fn with_log(self, log: Log) -> Self {
        Self {
            log: Some(Arc::new(log)),
            ..self
        }
    }

    /// Makes a database with a data set, in one transaction: the file is whole, or not there.
    ///
    /// # Errors
    ///
    /// When it can't be written, or there is such a database.
    pub fn fill(path: &Path, data: Data) -> Result<(), Error> {
        let open = || -> rusqlite::Result<_> {
            let connection = Connection::open(path)?;
            connection.execute_batch("PRAGMA journal_mode = WAL;")?;
            let is_filled = connection.table_exists(None, "accounts")?;
            Ok((connection, is_filled))
        };
        let (mut connection, is_filled) = open().map_err(Error::refused)?;
        if is_filled {
            return Err(Error::Filled);
        }
        let mut fill = || {
            let transaction = connection.transaction()?;
            transaction.execute_batch(SCHEMA)?;
            let mut account =
                transaction.prepare("INSERT INTO accounts VALUES (?1, ?2, ?3, ?4)")?;
            for (id, balance) in (1..).zip(data.balances()) {
                account.execute(params![id, data.owner(id), data.currency(id), balance])?;
            }
            drop(account);
            let mut entry =
                transaction.prepare("INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for row in data.rows() {
                entry.execute(params![row.id, row.account, row.at, row.amount, row.text])?;
            }
            drop(entry);
            transaction.execute_batch(
                "INSERT INTO entries_unindexed SELECT * FROM entries;
                 CREATE INDEX entries_account ON entries (account, id);",
            )?;
            transaction.commit()
        };
        fill().map_err(Error::refused)
    }

    /// How SQLite says that it answers a read.
    ///
    /// # Errors
    ///
    /// When it can't be asked.
    pub fn plan(&self) -> Result<String, Error> {
        let plan = || {
            let connection = self.inner.file.connect()?;
            explain(&connection, &self.inner.read)
        };
        plan().map_err(Error::refused)
    }

    /// Runs one of the store's statements, and says how many rows it gave. What has begun ends, though nobody waits for it any more: a
    /// write is done or it is not.
    async fn with<T: Send + 'static>(
        &self,
        statement: fn(&Inner) -> &str,
        steps: Steps<'_>,
        work: impl FnOnce(&Inner, &mut Connection) -> Result<(T, usize), Error> + Send + 'static,
    ) -> Result<T, Error> {
        steps(Step::Connection);
        let place = match self.inner.places.take().await {
            Ok(place) => place,
            Err(none) => return self.inner.counts.counted(Err(none.into())),
        };
        let begun = Instant::now();
        let (inner, log) = (Arc::clone(&self.inner), self.log.clone());
        let kept = inner.pool.as_ref().and_then(r2d2::Pool::try_get);
        let (open, opened) = oneshot::channel();
        let is_kept = kept.is_some();
        let work = move || {
            let _place = place;
            let mut taken = match kept {
                Some(kept) => Ok(Taken::Kept(kept)),
                None => inner.connect(),
            };
            let outcome = match &mut taken {
                Ok(taken) => {
                    // Nobody may wait any more.
                    let _ = open.send(());
                    inner.within_time(taken, begun, statement(&inner), log.as_deref(), work)
                }
                Err(error) => Err(error.clone()),
            };
            if let (Err(error), Some(log)) = (&outcome, &log) {
                error.log(log);
            }
            inner.counts.counted(outcome)
        };
        let ended = tokio::task::spawn_blocking(work);
        if is_kept || opened.await.is_ok() {
            steps(Step::Query);
        }
        match ended.await {
            Ok(outcome) => outcome,
            Err(error) => Err(Error::down(error)),
        }
    }
}

/// A connection to work with.
enum Taken {
    /// The pool's.
    Kept(PooledConnection<File>),
    /// The request's own.
    Own(Connection),
}

impl Deref for Taken {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::Kept(connection) => connection,
            Self::Own(connection) => connection,
        }
    }
}

impl DerefMut for Taken {
    fn deref_mut(&mut self) -> &mut Connection {
        match self {
            Self::Kept(connection) => connection,
            Self::Own(connection) => connection,
        }
    }
}

impl Store for Sqlite {
    async fn account(&self, query: Query, steps: Steps<'_>) -> Result<Account, Error> {
        self.with(
            |inner| &inner.read,
            steps,
            move |inner, connection| {
                let _under_way = inner.counts.begin(Kind::Read);
                let account = inner
                    .with_statement(connection, &inner.read, |statement| read(statement, query))
                    .map_err(|error| inner.failed(error))?;
                let account = account.ok_or(Error::NotFound(query.account.get()))?;
                let rows = account.entries.len().max(1);
                Ok((account, rows))
            },
        )
        .await
    }

    async fn post(
        &self,
        account: AccountId,
        entry: NewEntry,
        steps: Steps<'_>,
    ) -> Result<Entry, Error> {
        self.with(
            |inner| &inner.write,
            steps,
            move |inner, connection| {
                let _under_way = inner.counts.begin(Kind::Write);
                Ok((inner.post(connection, account, entry)?, 1))
            },
        )
        .await
    }

    fn pool(&self) -> PoolStats {
        let pool = self.inner.pool.as_ref();
        let open = pool.map_or(0, |pool| pool.state().connections);
        PoolStats::of(&self.inner.places, open as usize)
    }

    fn queries(&self) -> QueryStats {
        self.inner.counts.stats()
    }
}

impl Inner {
    fn connect(&self) -> Result<Taken, Error> {
        match &self.pool {
            Some(pool) => Ok(Taken::Kept(pool.get().map_err(Error::down)?)),
            None => Ok(Taken::Own(
                self.file.connect().map_err(|error| self.failed(error))?,
            )),
        }
    }

    /// Does something with a connection, for as long as it may take, and tells the log if it took long.
    fn within_time<T>(
        &self,
        connection: &mut Connection,
        taken: Instant,
        statement: &str,
        log: Option<&Log>,
        work: impl FnOnce(&Self, &mut Connection) -> Result<(T, usize), Error>,
    ) -> Result<T, Error> {
        let begun = Instant::now();
        let deadline = taken + self.settings.query_time;
        connection
            .progress_handler(STEPS, Some(move || Instant::now() > deadline))
            .and_then(|()| connection.busy_timeout(deadline.saturating_duration_since(begun)))
            .map_err(Error::refused)?;
        let outcome = work(self, connection);
        let took = begun.elapsed();
        if let Some(log) = log
            && let Some(left_out) = log.is_slow(took)
        {
            let unlimited = connection.progress_handler(0, None::<fn() -> bool>);
            let plan = unlimited.and_then(|()| explain(connection, statement));
            log.tell(&Logged::Slow {
                statement,
                took,
                rows: outcome.as_ref().ok().map(|(_, rows)| *rows),
                plan: plan.map_err(|error| error.to_string()),
                left_out,
            });
        }
        outcome.map(|(value, _)| value)
    }

    fn post(
        &self,
        connection: &mut Connection,
        account: AccountId,
        entry: NewEntry,
    ) -> Result<Entry, Error> {
        let failed = |error| self.failed(error);
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let at = now.as_secs() as i64;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        let update = "UPDATE accounts SET balance = balance + ?2 WHERE id = ?1";
        let updated = self.with_statement(&transaction, update, |statement| {
            statement.execute(params![account.get(), entry.amount])
        });
        match updated {
            Ok(0) => return Err(Error::NotFound(account.get())),
            Ok(_) => {}
            // A sum of integers that does not fit is a float, which the table does not take.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                return Err(Error::Overflow);
            }
            Err(error) => return Err(failed(error)),
        }
        let id = self
            .with_statement(&transaction, &self.write, |statement| {
                statement.insert(params![account.get(), at, entry.amount, entry.text])
            })
            .map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok(Entry {
            id,
            at,
            amount: entry.amount,
            text: entry.text,
        })
    }

    /// A statement: the connection's own on the rungs that keep them.
    fn with_statement<T>(
        &self,
        connection: &Connection,
        text: &str,
        work: impl FnOnce(&mut Statement<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        if self.settings.rung >= Rung::Prepared {
            let mut statement: CachedStatement<'_> = connection.prepare_cached(text)?;
            work(&mut statement)
        } else {
            work(&mut connection.prepare(text)?)
        }
    }

    fn failed(&self, error: rusqlite::Error) -> Error {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::OperationInterrupted) => {
                Error::Slow(self.settings.query_time)
            }
            Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::DiskFull) => {
                Error::down(error)
            }
            _ => Error::refused(error),
        }
    }
}

/// How SQLite says that it runs a statement: a line for each step, none for a statement that goes straight to its row.
fn explain(connection: &Connection, statement: &str) -> rusqlite::Result<String> {
    let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}"))?;
    // Parameters without a value.
    let mut rows = explain.raw_query();
    let mut steps: Vec<String> = Vec::new();
    while let Some(row) = rows.next()? {
        steps.push(row.get("detail")?);
    }
    Ok(steps.join("\n"))
}

fn read(statement: &mut Statement<'_>, query: Query) -> rusqlite::Result<Option<Account>> {
    let mut rows = statement.query(params![query.account.get(), query.entries()])?;
    let mut account = None;
    while let Some(row) = rows.next()? {
        let account = match &mut account {
            Some(account) => account,
            none => none.insert(Account::new(
                query.account.get(),
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
            )),
        };
        // An account without entries has one row, without an entry in it.
        if let Some(id) = row.get(3)? {
            account.entries.push(Entry {
                id,
                at: row.get(4)?,
                amount: row.get(5)?,
                text: row.get(6)?,
            });
        }
    }
    Ok(account)
}
