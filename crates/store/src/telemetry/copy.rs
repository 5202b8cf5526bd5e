//! Rows in the binary form of COPY: the fastest way into Postgres.
//!
//! After the section "Binary Format" of the documentation of COPY. All numbers are big-endian.

use super::{Row, body};
use crate::error::{Error, Result};

/// The columns, in the order in which [`encode`] writes them.
pub(super) const COLUMNS: &str = "slot, workspace_id, device_id, ts, seq, arrived, batch, body, extra";
const COLUMN_COUNT: i16 = 9;
/// Signature, flags, length of the header's extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// In front of the text of a jsonb value: its version.
const JSONB: u8 = 1;

/// The rows as one COPY file.
///
/// # Errors
/// A row is too large for a field of COPY, or JSON can't be written: neither happens to what was received by MQTT.
pub(super) fn encode(rows: &[Row], slot: i32, batch: i64) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(HEADER.len() + rows.len() * 160);
    out.extend_from_slice(HEADER);
    for row in rows {
        out.extend_from_slice(&COLUMN_COUNT.to_be_bytes());
        for value in [slot, row.workspace.0, row.device.0] {
            out.extend_from_slice(&4_i32.to_be_bytes());
            out.extend_from_slice(&value.to_be_bytes());
        }
        for value in [row.ts, row.seq, row.arrived_ms, batch] {
            out.extend_from_slice(&8_i32.to_be_bytes());
            out.extend_from_slice(&value.to_be_bytes());
        }
        sized(&mut out, |out| {
            body::pack(&row.metrics, out);
            Ok(())
        })?;
        if row.extra.is_empty() {
            out.extend_from_slice(&(-1_i32).to_be_bytes());
        } else {
            sized(&mut out, |out| {
                out.push(JSONB);
                serde_json::to_writer(out, &row.extra).map_err(|e| Error::Unreadable(e.to_string()))
            })?;
        }
    }
    out.extend_from_slice(&(-1_i16).to_be_bytes());
    Ok(out)
}

/// Appends a field and, in front of it, its length.
fn sized(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    write(out)?;
    let len =
        i32::try_from(out.len() - at - 4).map_err(|_| Error::Unreadable("a row of more than 2 GB".into()))?;
    out[at..at + 4].copy_from_slice(&len.to_be_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Extra;
    use super::*;
    use model::{DeviceId, MetricId, WorkspaceId};

    #[test]
    fn a_row_is_as_long_as_its_fields() {
        let mut row = Row {
            workspace: WorkspaceId(1),
            device: DeviceId(2),
            ts: 3,
            seq: 4,
            arrived_ms: 5,
            metrics: vec![(MetricId(1), 1.5), (MetricId(2), -2.0)],
            extra: Extra::default(),
            size: 20,
        };
        let ends = HEADER.len() + 2;
        let fixed = 2 + 3 * 8 + 4 * 12 + 4 + body::packed_len(2) + 4;
        assert_eq!(encode(&[], 1, 1).unwrap().len(), ends);
        assert_eq!(encode(&[row.clone(), row.clone()], 1, 1).unwrap().len(), ends + 2 * fixed);
        row.extra.id = Some("x".into());
        let bytes = encode(&[row], 1, 1).unwrap();
        assert_eq!(bytes.len(), ends + fixed + 1 + r#"{"i":"x"}"#.len());
    }
}
