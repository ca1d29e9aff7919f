//! Reading metrics: as much of OpenMetrics 1.0 as a sum needs.

/// The sum of a metric over all its labels; `None` if there is no sample of it.
///
/// ```
/// let text = "# TYPE open gauge\nopen{state=\"idle\"} 3\nopen{state=\"busy\"} 1\nopened_total 9\n# EOF\n";
/// assert_eq!(soak::sum(text, "open"), Some(4.0));
/// assert_eq!(soak::sum(text, "closed"), None);
/// ```
pub fn sum(text: &str, metric: &str) -> Option<f64> {
    let mut sum = None;
    for line in text.lines() {
        let Some(rest) = line.strip_prefix(metric) else {
            continue;
        };
        let value = match rest.strip_prefix('{') {
            // A label's value may hold any character, and a sample's value holds no brace.
            Some(labels) => labels.rsplit_once('}').map(|(_, value)| value),
            None => rest.strip_prefix(' '),
        };
        let number = value.and_then(|value| value.split_whitespace().next()?.parse::<f64>().ok());
        if let Some(number) = number {
            sum = Some(sum.unwrap_or(0.0) + number);
        }
    }
    sum
}
