//! PostgreSQL, over a socket.

mod fill;

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use places::Places;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls, Row};

use crate::counts::{Counts, Kind};
use crate::{
    Account, AccountId, Data, Entry, Error, Log, Logged, NewEntry, PoolStats, Query, QueryStats,
    Rung, Settings, Step, Steps, Store,
};

/// How long it may take to have a query cancelled: PostgreSQL hangs up at once.
const CANCEL_TIME: Duration = Duration::from_secs(1);

/// Accounts in PostgreSQL.
#[derive(Debug)]
pub struct Postgres {
    config: Config,
    settings: Settings,
    places: Places,
    /// None where each request has a connection of its own.
    pool: Option<Pool>,
    /// Requests to cancel a query that may be under way.
    cancels: Arc<Semaphore>,
    /// The slow log's question for a plan: one at a time, on a connection beside the pool's.
    plans: Arc<Semaphore>,
    counts: Counts,
    read: String,
    write: String,
    log: Option<Arc<Log>>,
}

impl Postgres {
    /// A store at a `postgres://` address whose database [`fill`](Self::fill) has filled. Nothing is connected yet.
    ///
    /// # Errors
    ///
    /// When the address is none.
    pub fn new(address: &str, settings: Settings) -> Result<Self, Error> {
        let mut config: Config = address.parse().map_err(Error::refused)?;
        config.connect_timeout(settings.query_time);
        let manager = ManagerConfig {
            // A connection that the server has closed is known to be: no question is needed.
            recycling_method: RecyclingMethod::Fast,
        };
        let pool = Pool::builder(Manager::from_config(config.clone(), NoTls, manager))
            .max_size(settings.connections.max(1))
            .build()
            .map_err(Error::refused)?;
        let entries = settings.entries();
        Ok(Self {
            config,
            places: Places::new(settings.connections, settings.wait),
            pool: (settings.rung > Rung::Connect).then_some(pool),
            cancels: Arc::new(Semaphore::new(settings.connections.max(1))),
            plans: Arc::new(Semaphore::new(1)),
            settings,
            counts: Counts::default(),
            log: None,
            read: format!(
                "SELECT a.owner, a.currency, a.balance, e.id, e.at, e.amount, e.text FROM accounts a \
                 LEFT JOIN (SELECT * FROM {entries} WHERE account = $1 ORDER BY id DESC LIMIT $2) e ON TRUE \
                 WHERE a.id = $1 ORDER BY e.id DESC"
            ),
            write: format!(
                "WITH a AS (UPDATE accounts SET balance = balance + $2 WHERE id = $1 RETURNING id) \
                 INSERT INTO {entries} (account, at, amount, text) \
                 SELECT id, floor(extract(epoch FROM now()))::bigint, $2, $3 FROM a RETURNING id, at"
            ),
        })
    }

    /// Fills an empty database with a data set, in one transaction.
    ///
    /// # Errors
    ///
    /// When it can't be reached, or has such tables.
    pub async fn fill(address: &str, data: Data) -> Result<(), Error> {
        let config: Config = address.parse().map_err(Error::refused)?;
        let (mut client, connection) = config.connect(NoTls).await.map_err(Error::down)?;
        let connection = tokio::spawn(connection);
        let filled = match fill::is_filled(&client).await {
            Ok(false) => fill::fill(&mut client, data).await.map_err(Error::refused),
            Ok(true) => Err(Error::Filled),
            Err(error) => Err(Error::refused(error)),
        };
        drop(client);
        // It ends with its client.
        let _ = connection.await;
        filled
    }

    /// Tells a log what is slow, and what fails.
    #[must_use]
    pub fn with_log(self, log: Log) -> Self {
        Self {
            log: Some(Arc::new(log)),
            ..self
        }
    }

    /// How PostgreSQL says that it answers a read: one that is prepared once, whatever the account; else, since it is planned anew each
    /// time, the first account and ten entries.
    ///
    /// # Errors
    ///
    /// When it can't be asked.
    pub async fn plan(&self) -> Result<String, Error> {
        let values = if self.settings.rung >= Rung::Prepared {
            Values::Any(2)
        } else {
            Values::These("1, 10")
        };
        let plan = explain(&self.config, &self.read, values, self.settings.query_time).await;
        plan.map_err(Error::refused)
    }

    /// The server's version.
    ///
    /// # Errors
    ///
    /// When it can't be asked.
    pub async fn version(&self) -> Result<String, Error> {
        let ask = async {
            let (client, _task) = connect_apart(&self.config).await?;
            client
                .query_one("SHOW server_version", &[])
                .await?
                .try_get(0)
        };
        let limit = Limit::from_now(self.settings.query_time);
        limit.of(ask).await?.map_err(Error::refused)
    }

    /// Runs a statement on a connection. One that takes too long loses its connection.
    async fn query(
        &self,
        kind: Kind,
        text: &str,
        parameters: &[&(dyn ToSql + Sync)],
        steps: Steps<'_>,
    ) -> Result<Vec<Row>, Error> {
        steps(Step::Connection);
        let _place = self.places.take().await?;
        let limit = Limit::from_now(self.settings.query_time);
        let connection = match &self.pool {
            None => {
                let connect = self.config.connect(NoTls);
                let (client, connection) = limit.of(connect).await?.map_err(Error::down)?;
                let task = tokio::spawn(async move {
                    // What is wrong with it, the query says.
                    let _ = connection.await;
                });
                Connection::Own(client, Task(task))
            }
            Some(pool) => Connection::Kept(limit.of(pool.get()).await?.map_err(Error::down)?),
        };
        let used = Used {
            connection: Some(connection),
            cancels: &self.cancels,
        };
        steps(Step::Query);
        let _under_way = self.counts.begin(kind);
        let begun = Instant::now();
        let rows = match limit.of(self.query_on(&used, text, parameters)).await {
            Ok(rows) => {
                used.ended();
                rows.map_err(failed)
            }
            Err(slow) => {
                drop(used);
                Err(slow)
            }
        };
        let number = rows.as_ref().ok().map(Vec::len);
        self.tell_if_slow(text, parameters.len(), begun.elapsed(), number);
        rows
    }

    /// Tells the log, if that took long; the plan is asked for by a task of its own, unless another is.
    fn tell_if_slow(&self, text: &str, parameters: usize, took: Duration, rows: Option<usize>) {
        let Some(log) = &self.log else { return };
        let Some(left_out) = log.is_slow(took) else {
            return;
        };
        let (log, config, time) = (
            Arc::clone(log),
            self.config.clone(),
            self.settings.query_time,
        );
        let (statement, asking) = (text.to_owned(), Arc::clone(&self.plans).try_acquire_owned());
        tokio::spawn(async move {
            let plan = match asking {
                Ok(_asking) => {
                    let asked = explain(&config, &statement, Values::Any(parameters), time);
                    match Limit::from_now(time).of(asked).await {
                        Ok(Ok(plan)) => Ok(plan),
                        Ok(Err(error)) => Err(error.to_string()),
                        Err(error) => Err(error.to_string()),
                    }
                }
                Err(_) => Err("another is asked for".to_owned()),
            };
            log.tell(&Logged::Slow {
                statement: &statement,
                took,
                rows,
                plan,
                left_out,
            });
        });
    }

    fn ended<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        if let (Err(error), Some(log)) = (&outcome, &self.log) {
            error.log(log);
        }
        self.counts.counted(outcome)
    }

    async fn query_on(
        &self,
        used: &Used<'_>,
        text: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        match used.connection() {
            Connection::Kept(kept) if self.settings.rung >= Rung::Prepared => {
                let statement = kept.prepare_cached(text).await?;
                kept.query(&statement, parameters).await
            }
            connection => connection.client().query(text, parameters).await,
        }
    }
}

enum Connection {
    /// The request's own.
    Own(Client, #[expect(dead_code, reason = "ends with it")] Task),
    /// The pool's.
    Kept(Object),
}

impl Connection {
    fn client(&self) -> &Client {
        match self {
            Self::Own(client, _) => client,
            Self::Kept(kept) => kept,
        }
    }
}

/// A connection in use. One that is left in the middle of a query is closed, and its place is free for another; the query is
/// cancelled, since PostgreSQL goes on with what nobody waits for until it has an answer to send.
struct Used<'a> {
    connection: Option<Connection>,
    cancels: &'a Arc<Semaphore>,
}

impl Used<'_> {
    fn connection(&self) -> &Connection {
        self.connection
            .as_ref()
            .expect("it is there until it is given back")
    }

    /// The query has ended: a connection of the pool's goes back.
    fn ended(mut self) {
        drop(self.connection.take());
    }
}

impl Drop for Used<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        // As many at a time as there may be connections: who can't be told ends by itself.
        let place = Arc::clone(self.cancels).try_acquire_owned();
        if let (Ok(place), Ok(runtime)) = (place, Handle::try_current()) {
            let token = connection.client().cancel_token();
            runtime.spawn(async move {
                let _place = place;
                // Where it fails there is nothing to end, or nobody to tell.
                let _ = Limit::from_now(CANCEL_TIME)
                    .of(token.cancel_query(NoTls))
                    .await;
            });
        }
        if let Connection::Kept(kept) = connection {
            drop(Object::take(kept));
        }
    }
}

/// A connection's task, which ends with this.
struct Task(tokio::task::JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Store for Postgres {
    async fn account(&self, query: Query, steps: Steps<'_>) -> Result<Account, Error> {
        let id = query.account.get() as i32;
        let entries = i64::from(query.entries());
        let rows = self
            .query(Kind::Read, &self.read, &[&id, &entries], steps)
            .await;
        let outcome = rows.and_then(|rows| account(query.account, &rows));
        self.ended(outcome)
    }

    async fn post(
        &self,
        account: AccountId,
        entry: NewEntry,
        steps: Steps<'_>,
    ) -> Result<Entry, Error> {
        let id = account.get() as i32;
        let parameters: [&(dyn ToSql + Sync); 3] = [&id, &entry.amount, &entry.text];
        let rows = self
            .query(Kind::Write, &self.write, &parameters, steps)
            .await;
        let outcome = rows.and_then(|rows| {
            let row = rows.first().ok_or(Error::NotFound(account.get()))?;
            let (id, at) = (row.try_get(0), row.try_get(1));
            Ok(Entry {
                id: id.map_err(Error::refused)?,
                at: at.map_err(Error::refused)?,
                amount: entry.amount,
                text: entry.text.clone(),
            })
        });
        self.ended(outcome)
    }

    fn pool(&self) -> PoolStats {
        let open = self.pool.as_ref().map_or(0, |pool| pool.status().size);
        PoolStats::of(&self.places, open)
    }

    fn queries(&self) -> QueryStats {
        self.counts.stats()
    }
}

/// What a statement's plan is asked for.
#[derive(Clone, Copy)]
enum Values {
    /// So many parameters, whatever they are.
    Any(usize),
    /// These.
    These(&'static str),
}

/// A connection that is none of the pool's, open as long as its task is held.
async fn connect_apart(config: &Config) -> Result<(Client, Task), tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    let task = Task(tokio::spawn(async move {
        let _ = connection.await;
    }));
    Ok((client, task))
}

/// How PostgreSQL says that it runs a statement: asked on a connection of its own.
async fn explain(
    config: &Config,
    statement: &str,
    values: Values,
    time: Duration,
) -> Result<String, tokio_postgres::Error> {
    let (client, _task) = connect_apart(config).await?;
    let (mode, values) = match values {
        Values::Any(count) => ("force_generic_plan", vec!["NULL"; count].join(", ")),
        Values::These(values) => ("force_custom_plan", values.to_owned()),
    };
    // A server that is left waits on for a lock, if nothing ends it.
    let time = time.as_millis().max(1);
    let prepare = format!(
        "SET statement_timeout = {time}; SET plan_cache_mode = {mode}; PREPARE statement AS {statement}"
    );
    client.batch_execute(&prepare).await?;
    let lines = client
        .query(
            &format!("EXPLAIN (COSTS OFF) EXECUTE statement ({values})"),
            &[],
        )
        .await?;
    let lines: Vec<String> = lines.iter().filter_map(|row| row.try_get(0).ok()).collect();
    Ok(lines.join("\n"))
}

/// How long something may take, from a moment on.
#[derive(Clone, Copy)]
struct Limit {
    time: Duration,
    end: tokio::time::Instant,
}

impl Limit {
    fn from_now(time: Duration) -> Self {
        let end = tokio::time::Instant::now() + time;
        Self { time, end }
    }

    async fn of<T>(self, future: impl Future<Output = T>) -> Result<T, Error> {
        let ended = tokio::time::timeout_at(self.end, future).await;
        ended.map_err(|_| Error::Slow(self.time))
    }
}

fn failed(error: tokio_postgres::Error) -> Error {
    match error.code() {
        Some(code) if *code == SqlState::NUMERIC_VALUE_OUT_OF_RANGE => Error::Overflow,
        // Stopped, stopping, starting, cancelled, without room for one more, or locked for too long.
        Some(code)
            if ["57", "53", "55P03"]
                .iter()
                .any(|class| code.code().starts_with(class)) =>
        {
            Error::down(error)
        }
        Some(_) => Error::refused(error),
        // The connection, not the statement.
        None => Error::down(error),
    }
}

fn account(id: AccountId, rows: &[Row]) -> Result<Account, Error> {
    let first = rows.first().ok_or(Error::NotFound(id.get()))?;
    let read = || {
        let mut account = Account::new(
            id.get(),
            first.try_get(0)?,
            first.try_get(1)?,
            first.try_get(2)?,
        );
        for row in rows {
            // An account without entries has one row, without an entry in it.
            if let Some(id) = row.try_get(3)? {
                account.entries.push(Entry {
                    id,
                    at: row.try_get(4)?,
                    amount: row.try_get(5)?,
                    text: row.try_get(6)?,
                });
            }
        }
        Ok::<_, tokio_postgres::Error>(account)
    };
    read().map_err(Error::refused)
}
