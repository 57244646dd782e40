//! The elements and attributes that a formula may hold, and the classes that replace styles.

/// Elements that say how a formula looks. Nothing here links, loads or runs.
pub(in crate::typeset) const ELEMENTS: [&str; 28] = [
    "math",
    "menclose",
    "merror",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
    "none",
];

pub(in crate::typeset) const ATTRIBUTES: [&str; 24] = [
    "accent",
    "accentunder",
    "columnspan",
    "depth",
    "display",
    "displaystyle",
    "fence",
    "form",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "notation",
    "rowspan",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "symmetric",
    "width",
];

/// The declarations that matter, without spaces, and the class for each.
pub(in crate::typeset) const STYLES: [(&str, &str); 14] = [
    ("text-align:left", "ml"),
    ("text-align:right", "mr"),
    ("padding-left:0", "mpl"),
    ("padding-right:0", "mpr"),
    ("padding-left:1em", "mgap"),
    ("padding-top:0", "mpt"),
    ("width:100%", "mwide"),
    ("width:50%", "mhalf"),
    ("border-left:0.05emsolidcurrentcolor", "mbl"),
    ("border-left:0.05emdashedcurrentcolor", "mbl mdash"),
    ("border-right:0.05emsolidcurrentcolor", "mbr"),
    ("border-right:0.05emdashedcurrentcolor", "mbr mdash"),
    ("border-top:0.05emsolidcurrentcolor", "mbt"),
    ("border-top:0.05emdashedcurrentcolor", "mbt mdash"),
];

/// The classes of text, where the converter uses elements of HTML.
pub(in crate::typeset) const LOOKS: [(&str, &str); 5] =
    [("b", "mbold"), ("i", "mitalic"), ("em", "mitalic"), ("code", "mcode"), ("u", "munderline")];
