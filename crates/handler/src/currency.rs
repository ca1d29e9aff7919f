//! Currency codes.

/// The alphabetic codes of ISO 4217 that are in use (list one of 2024-06-25, funds and testing codes included).
const CODES: &str = "\
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF \
    CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF \
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD \
    LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP \
    PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP \
    TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XDR XOF XPD \
    XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWL";

/// A bit for each three-letter word, so that a look-up is one load whatever the code.
const KNOWN: [u64; (26 * 26 * 26_usize).div_ceil(64)] = {
    let mut known = [0; (26 * 26 * 26_usize).div_ceil(64)];
    let codes = CODES.as_bytes();
    let mut at = 0;
    while at < codes.len() {
        let Some(index) = index([codes[at], codes[at + 1], codes[at + 2]]) else {
            panic!("a code is three capitals")
        };
        known[index / 64] |= 1 << (index % 64);
        at += 4;
    }
    known
};

/// The place of a three-letter word among all of them.
const fn index(code: [u8; 3]) -> Option<usize> {
    let [a, b, c] = code;
    if a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_uppercase() {
        Some(((a - b'A') as usize * 26 + (b - b'A') as usize) * 26 + (c - b'A') as usize)
    } else {
        None
    }
}

/// Whether `code` is an alphabetic code of ISO 4217, in capitals.
#[inline]
pub fn is_currency(code: &str) -> bool {
    <[u8; 3]>::try_from(code.as_bytes())
        .ok()
        .and_then(index)
        .is_some_and(|index| KNOWN[index / 64] >> (index % 64) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_listed_codes_and_no_other_word() {
        let listed: Vec<_> = CODES.split(' ').collect();
        let letters = || (b'A'..=b'Z').map(char::from);
        let mut found = Vec::new();
        for a in letters() {
            for b in letters() {
                for c in letters() {
                    let word = String::from_iter([a, b, c]);
                    if is_currency(&word) {
                        found.push(word);
                    }
                }
            }
        }
        assert_eq!(found, listed);
        for word in [
            "",
            "E",
            "EU",
            "EURO",
            "eur",
            "E\u{20ac}",
            "\u{20ac}",
            "EU\0",
        ] {
            assert!(!is_currency(word), "{word:?}");
        }
    }
}
