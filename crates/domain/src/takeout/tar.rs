//! The few bytes of a tar archive (POSIX ustar) that surround files of known length.

/// All is made of blocks of so many bytes.
const BLOCK: usize = 512;
/// Longest name of the last part of a path, and of what stands before it.
const NAME_MAX: usize = 100;

/// A file: its header, its content, and what fills the last block.
pub(super) fn entry(path: &str, content: &[u8], at_ms: i64) -> Vec<u8> {
    let mut bytes = header(path, content.len(), at_ms).to_vec();
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    bytes
}

/// What says that there is no more.
pub(super) fn end() -> Vec<u8> {
    vec![0; 2 * BLOCK]
}

/// A part of a path that every system can hold, and that leads nowhere else.
pub(super) fn plain(name: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || "-_.=@".contains(c) { c } else { '_' };
    let plain: String = name.chars().map(kept).collect();
    if plain.chars().all(|c| c == '.') { format!("_{plain}") } else { plain }
}

fn header(path: &str, length: usize, at_ms: i64) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    // Ids of devices have at most 128 signs: with what stands around them that is the prefix's to hold.
    let (prefix, name) = path.rsplit_once('/').filter(|_| path.len() > NAME_MAX).unwrap_or(("", path));
    put(&mut block, 0, name);
    put(&mut block, 100, "0000644");
    put(&mut block, 108, "0000000");
    put(&mut block, 116, "0000000");
    put(&mut block, 124, &format!("{length:011o}"));
    put(&mut block, 136, &format!("{:011o}", at_ms.max(0) / 1000));
    put(&mut block, 148, "        ");
    put(&mut block, 156, "0");
    put(&mut block, 257, "ustar");
    put(&mut block, 263, "00");
    put(&mut block, 345, prefix);
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    put(&mut block, 148, &format!("{sum:06o}\0 "));
    block
}

fn put(block: &mut [u8; BLOCK], at: usize, text: &str) {
    for (place, byte) in block[at..].iter_mut().zip(text.bytes()) {
        *place = byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::process::{Command, Stdio};

    /// What the system's own tar finds in it.
    fn listed(archive: &[u8]) -> String {
        let mut tar = Command::new("tar")
            .args(["-tvf", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        tar.stdin.take().unwrap().write_all(archive).unwrap();
        let output = tar.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn the_system_s_tar_reads_it() {
        let long = format!("telemetry/{}/00001.csv", "x".repeat(128));
        let mut archive = entry("workspace.json", b"{}", 1_800_000_000_000);
        archive.extend(entry(&long, &[b'1'; 513], 1_800_000_000_000));
        archive.extend(end());
        assert_eq!(archive.len() % BLOCK, 0);
        let listed = listed(&archive);
        assert!(listed.contains(" 2 2027-01-15") && listed.contains("workspace.json"), "{listed}");
        assert!(listed.contains("513 ") && listed.contains(&long), "{listed}");
    }

    #[test]
    fn names_lead_nowhere_else() {
        for (name, plainly) in [("room-1", "room-1"), ("..", "_.."), ("a/b", "a_b"), ("AA:BB", "AA_BB")] {
            assert_eq!(plain(name), plainly);
        }
    }
}
