//! Marked blocks in a document: `<!-- bench report: NAME -->`, then what belongs there, then `<!-- end of report -->`.

const BEGIN: &str = "<!-- bench report: ";
const BEGIN_END: &str = " -->\n";
const END: &str = "<!-- end of report -->";

/// The document with every block's content made anew, and how many there are.
pub fn renew(
    text: &str,
    generate: impl Fn(&str) -> Result<String, String>,
) -> Result<(String, usize), String> {
    let mut renewed = String::new();
    let mut rest = text;
    let mut count = 0;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (name, after) = after
            .split_once(BEGIN_END)
            .ok_or("a block's first line does not end in \" -->\"")?;
        let (old, after) = after
            .split_once(END)
            .ok_or_else(|| format!("the block {name:?} has no {END:?}"))?;
        if old.contains(BEGIN) {
            return Err(format!(
                "the block {name:?} has no {END:?} before the next begins"
            ));
        }
        let content = generate(name)?;
        renewed += &format!("{before}{BEGIN}{name}{BEGIN_END}{}\n{END}", content.trim_end());
        rest = after;
        count += 1;
    }
    if count == 0 {
        return Err(format!("it has no block, a line that begins with {BEGIN:?}"));
    }
    Ok((renewed + rest, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo(name: &str) -> Result<String, String> {
        if name == "bad" {
            Err("no".to_owned())
        } else {
            Ok(format!("content of {name}\n"))
        }
    }

    #[test]
    fn blocks_are_replaced_and_nothing_else() {
        let text = "a\n<!-- bench report: x y -->\nold\n<!-- end of report -->\nb\n<!-- bench report: z -->\n<!-- end of report -->";
        let (once, count) = renew(text, echo).unwrap();
        let expected = "a\n<!-- bench report: x y -->\ncontent of x y\n<!-- end of report -->\nb\n\
                        <!-- bench report: z -->\ncontent of z\n<!-- end of report -->";
        assert_eq!((once.as_str(), count), (expected, 2));
        assert_eq!(renew(&once, echo).unwrap().0, once);
    }

    #[test]
    fn a_document_without_whole_blocks_is_refused() {
        for (text, reason) in [
            ("nothing", "has no block"),
            ("<!-- bench report: x -->\n", "has no \"<!-- end"),
            ("<!-- bench report: x\n<!-- end of report -->", "does not end"),
            (
                "<!-- bench report: x -->\n<!-- bench report: y -->\n<!-- end of report -->",
                "before the next",
            ),
            ("<!-- bench report: bad -->\n<!-- end of report -->", "no"),
        ] {
            let error = renew(text, echo).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
