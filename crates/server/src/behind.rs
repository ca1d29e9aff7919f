//! What stands behind the handler.

use rating::Client;
use store::{Accounts, Database};

/// What a service asks before its handler can write an answer down. Nothing of it has to be there.
#[derive(Debug, Default)]
pub struct Behind {
    /// Where accounts are. Without it there is no route to them.
    pub accounts: Option<Accounts<Database>>,
    /// Who knows the accounts' ratings. Without it there is no route to them.
    pub ratings: Option<Client>,
}
