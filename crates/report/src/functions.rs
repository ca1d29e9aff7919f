//! Where the instructions go, function by function.

use benchstat::Collection;

use crate::matrix::Matrix;

const UNIT: &str = "instructions/op";

/// The functions of a variant, the most expensive first, as they stand in the results; folded.
pub(crate) fn table(functions: &Collection, variant: &str) -> String {
    let filter = format!("/function:/./ /variant:{variant:?}");
    let Ok(matrix) = Matrix::of_rows(functions, &filter, "/function", "/variant") else {
        return String::new();
    };
    let rows = matrix.rows(UNIT);
    let count = |row: &String| matrix.value(UNIT, row, variant).unwrap_or(0.0);
    let total: f64 = rows.iter().map(count).sum();
    let mut text = format!(
        "\n<details><summary>{variant}</summary>\n\n| function | instructions | share |\n| --- | ---: | ---: |\n"
    );
    for row in &rows {
        let name = row
            .replace("%20", " ")
            .replace("%2F", "/")
            .replace("%25", "%");
        // A code span shows everything but a backtick and, within a table, a bar.
        let name = name.replace('`', "'").replace('|', "\\|");
        text += &format!(
            "| `{name}` | {} | {:.1} % |\n",
            count(row),
            100.0 * count(row) / total
        );
    }
    text + "\n</details>\n"
}
