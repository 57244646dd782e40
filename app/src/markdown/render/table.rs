//! Tables. Each scrolls by itself, also by keyboard, and isn't wider than the page.

use pulldown_cmark::Alignment;

use super::Renderer;

impl Renderer<'_> {
    pub(super) fn start_table(&mut self, columns: Vec<Alignment>) {
        self.columns = columns;
        self.open(
            "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Table\"><table>",
            "</tbody></table></div>",
        );
    }

    pub(super) fn start_head(&mut self) {
        self.in_head = true;
        self.column = 0;
        self.open("<thead><tr>", "</tr></thead><tbody>");
    }

    pub(super) fn start_row(&mut self) {
        self.column = 0;
        self.open("<tr>", "</tr>");
    }

    pub(super) fn start_cell(&mut self) {
        let alignment = self.columns.get(self.column).unwrap_or(&Alignment::None);
        self.column += 1;
        self.in_cell = true;
        self.out.push_str(if self.in_head { "<th scope=\"col\"" } else { "<td" });
        let rest = match alignment {
            Alignment::None => ">",
            Alignment::Left => " class=\"left\">",
            Alignment::Center => " class=\"center\">",
            Alignment::Right => " class=\"right\">",
        };
        self.open(rest, if self.in_head { "</th>" } else { "</td>" });
    }
}
