//! Rows in the binary form of COPY: the fastest way into Postgres.
//!
//! After the section "Binary Format" of the documentation of COPY. All numbers are big-endian.

use super::{Row, body};
use crate::error::{Error, Result};
use sqlx::PgConnection;

/// Signature, flags, length of the header's extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// In front of the text of a jsonb value: its version.
const JSONB: u8 = 1;

/// A COPY file in the making. Each row begins with [`row`](Copy::row) and has its fields in the order of the columns.
pub(super) struct Copy {
    out: Vec<u8>,
}

impl Copy {
    /// With room for so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Copy {
        let mut out = Vec::with_capacity(HEADER.len() + bytes);
        out.extend_from_slice(HEADER);
        Copy { out }
    }

    /// Begins a row of so many fields.
    pub(super) fn row(&mut self, fields: i16) {
        self.out.extend_from_slice(&fields.to_be_bytes());
    }

    pub(super) fn int2(&mut self, value: i16) {
        self.field(value.to_be_bytes());
    }

    pub(super) fn int4(&mut self, value: i32) {
        self.field(value.to_be_bytes());
    }

    pub(super) fn int8(&mut self, value: i64) {
        self.field(value.to_be_bytes());
    }

    pub(super) fn float8(&mut self, value: f64) {
        self.field(value.to_be_bytes());
    }

    pub(super) fn null(&mut self) {
        self.out.extend_from_slice(&(-1_i32).to_be_bytes());
    }

    /// A field of any length.
    ///
    /// # Errors
    /// It is larger than 2 GB, or what writes it fails.
    pub(super) fn bytes(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
        let at = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        write(&mut self.out)?;
        let len = i32::try_from(self.out.len() - at - 4)
            .map_err(|_| Error::Unreadable("a row of more than 2 GB".into()))?;
        self.out[at..at + 4].copy_from_slice(&len.to_be_bytes());
        Ok(())
    }

    /// The whole file.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.out.extend_from_slice(&(-1_i16).to_be_bytes());
        self.out
    }

    fn field<const N: usize>(&mut self, bytes: [u8; N]) {
        self.out.extend_from_slice(&(N as i32).to_be_bytes());
        self.out.extend_from_slice(&bytes);
    }
}

/// Sends a COPY file into a table.
///
/// # Errors
/// The database's; nothing was added.
pub(super) async fn send(into: &mut PgConnection, table: &str, columns: &str, file: Vec<u8>) -> Result<u64> {
    let statement = format!("COPY {table} ({columns}) FROM STDIN (FORMAT binary)");
    let mut copy = into.copy_in_raw(&statement).await?;
    copy.send(file).await?;
    Ok(copy.finish().await?)
}

/// The columns of messages, in the order in which [`messages`] writes them.
pub(super) const MESSAGE: &str = "slot, workspace_id, device_id, ts, seq, arrived, batch, body, extra";

/// Messages as one COPY file.
///
/// # Errors
/// A row is too large for a field of COPY, or JSON can't be written: neither happens to what was received by MQTT.
pub(super) fn messages(rows: &[Row], slot: i32, batch: i64) -> Result<Vec<u8>> {
    let mut copy = Copy::with_capacity(rows.len() * 160);
    for row in rows {
        copy.row(9);
        for value in [slot, row.workspace.0, row.device.0] {
            copy.int4(value);
        }
        for value in [row.ts, row.seq, row.arrived_ms, batch] {
            copy.int8(value);
        }
        copy.bytes(|out| {
            body::pack(&row.metrics, out);
            Ok(())
        })?;
        if row.extra.is_empty() {
            copy.null();
        } else {
            copy.bytes(|out| {
                out.push(JSONB);
                serde_json::to_writer(out, &row.extra).map_err(|e| Error::Unreadable(e.to_string()))
            })?;
        }
    }
    Ok(copy.finish())
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
        assert_eq!(messages(&[], 1, 1).unwrap().len(), ends);
        assert_eq!(messages(&[row.clone(), row.clone()], 1, 1).unwrap().len(), ends + 2 * fixed);
        row.extra.id = Some("x".into());
        let bytes = messages(&[row], 1, 1).unwrap();
        assert_eq!(bytes.len(), ends + fixed + 1 + r#"{"i":"x"}"#.len());
    }
}
