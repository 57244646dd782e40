//! The number of streams that the limit on open files allows. This program is both ends of each stream, and each end is
//! an open file.

use crate::Fallible;

/// Open files that are not streams.
const OTHERS: usize = 64;

/// Returns `wanted`, or with `fit` as many streams as possible.
///
/// # Errors
/// Too few open files are allowed, and `fit` is false.
pub(crate) fn for_streams(wanted: u32, fit: bool) -> Fallible<u32> {
    let files = server::os::open_files::most();
    let possible = u32::try_from(files.saturating_sub(OTHERS) / 2).unwrap_or(u32::MAX);
    if wanted <= possible {
        return Ok(wanted);
    }
    if !fit || possible == 0 {
        let needed = wanted as usize * 2 + OTHERS;
        return Err(format!(
            "{wanted} streams need {needed} open files, and the system allows {files}: there is room for {possible}. \
             Allow more (ulimit -n), or say --fit to measure with as many as there is room for"
        )
        .into());
    }
    eprintln!("only {possible} streams, since the system allows {files} open files");
    Ok(possible)
}
