//! Whether there is room for so many streams: this program is both ends of each, and each end is an open file.

use crate::Fallible;

/// Open files that are no streams.
const OTHERS: usize = 64;

/// How many streams there may be: as many as are wanted, or, if that will do, as many as fit.
///
/// # Errors
/// There is no room, and fewer won't do.
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
