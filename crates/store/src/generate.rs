//! The data set: the same rows for the same seed, in any database.

/// A generated data set.
#[derive(Clone, Copy, Debug)]
pub struct Data {
    /// Accounts, with the numbers from 1 on.
    pub accounts: u32,
    /// Entries of all accounts together, with the numbers from 1 on.
    pub entries: u32,
    /// What else decides.
    pub seed: u64,
}

impl Default for Data {
    /// What is measured: 100,000 accounts with 20 entries on average.
    fn default() -> Self {
        Self {
            accounts: 100_000,
            entries: 2_000_000,
            seed: 1,
        }
    }
}

/// The first entry's time: the beginning of 2026.
const START: i64 = 1_767_225_600;

const CURRENCIES: [&str; 4] = ["EUR", "USD", "GBP", "JPY"];
const TEXTS: [&str; 5] = [
    "salary",
    "rent",
    "groceries",
    "train ticket",
    "coffee, twice",
];

/// An entry as it is stored.
pub(crate) struct Row {
    pub(crate) id: u32,
    pub(crate) account: u32,
    pub(crate) at: i64,
    pub(crate) amount: i64,
    pub(crate) text: String,
}

impl Data {
    /// All entries, in the order of their numbers.
    pub(crate) fn rows(self) -> impl Iterator<Item = Row> {
        (1..=self.entries).map(move |id| {
            let bits = mixed(self.seed ^ u64::from(id) << 20);
            Row {
                id,
                account: (bits % u64::from(self.accounts.max(1))) as u32 + 1,
                at: START + i64::from(id),
                amount: ((bits >> 20) as i64 % 99_999 - 50_000) | 1,
                text: format!("{} {}", chosen(&TEXTS, bits >> 40), bits >> 44),
            }
        })
    }

    /// The sum of each account's entries; that of account `n` at `n - 1`.
    pub(crate) fn balances(self) -> Vec<i64> {
        let mut balances = vec![0; self.accounts as usize];
        for row in self.rows() {
            if let Some(balance) = balances.get_mut(row.account as usize - 1) {
                *balance += row.amount;
            }
        }
        balances
    }

    pub(crate) fn owner(self, account: u32) -> String {
        format!("owner {:08x}", mixed(self.seed ^ u64::from(account)) as u32)
    }

    pub(crate) fn currency(self, account: u32) -> &'static str {
        chosen(&CURRENCIES, mixed(self.seed ^ u64::from(account)) >> 32)
    }
}

fn chosen(names: &[&'static str], bits: u64) -> &'static str {
    let place = bits as usize % names.len().max(1);
    names.get(place).copied().unwrap_or_default()
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}
