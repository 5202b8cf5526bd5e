//! A file of devices: part after part becomes devices, each part in one transaction with the count of its rows. Whoever
//! dies in between has made nothing of it, and is followed by another worker.

use super::{Job, READ};
use crate::context::now_ms;
use crate::devices::{self, Belongs};
use crate::error::Result;
use crate::imports::device_rows::{DevicePlan, Read};
use crate::imports::reading::titles;
use crate::imports::text;
use crate::imports::wrong::Wrong;
use model::import::{Counts, ImportState};
use model::simulation::EVERY_MS;
use store::repository::import_work::Part;

/// Most rows of a part.
const ROWS: usize = 500;

impl Job<'_> {
    /// Whether it is over.
    pub(super) async fn run_devices(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<bool> {
        let Some(mapping) = self.import.devices.clone() else {
            return self.end(ImportState::Failed, Some("Nobody has said what becomes of the file.")).await;
        };
        loop {
            if stop() {
                return self.give_back().await;
            }
            let records = match self.next_records(&mapping.dialect, ROWS).await? {
                Ok(records) if records.is_empty() => return self.end(ImportState::Done, None).await,
                Ok(records) => records,
                Err(why) => return self.end(ImportState::Failed, Some(&why)).await,
            };
            let used = records.last().map_or(0, |record| record.end);
            let mut part = Part {
                from: self.import.read,
                to: self.import.read + used as i64,
                counts: Counts::default(),
            };
            let scope = self.homeport.store().workspace(self.workspace).await?;
            let (worker, lease) = (&self.tools.worker, self.tools.lease);
            let mine = scope.imports().announce(self.import.id, worker, &part, lease).await?;
            scope.commit().await?;
            if !mine {
                return Ok(true);
            }
            let scope = self.homeport.store().workspace(self.workspace).await?;
            let beginning = scope.imports().read(self.import.id, 0, READ).await?;
            let whole = beginning.len() as i64 == self.import.bytes;
            let first = text::records(&beginning, &mapping.dialect, whole, 1).pop();
            let titles =
                titles(&first.map(|record| record.cells).unwrap_or_default(), mapping.dialect.header);
            let organization = match mapping.organization {
                Some(organization) if scope.organizations().exists(organization).await? => organization,
                // It was deleted since.
                _ => scope.organizations().root().await?,
            };
            let mut plan = DevicePlan::new(&scope, mapping.clone(), titles, organization).await?;
            let heading = usize::from(mapping.dialect.header && self.import.read == 0);
            let rows = &records[heading..];
            plan.meet(&scope, rows.iter().map(|record| record.cells.as_slice())).await?;
            let first_row = self.first_row(mapping.dialect.header) + heading as i64;
            let mut wrong = Wrong::default();
            for (record, number) in rows.iter().zip(first_row..) {
                part.counts.rows += 1;
                let problems = match plan.read(&record.cells) {
                    Read::There => {
                        part.counts.repeated += 1;
                        continue;
                    }
                    Read::Wrong(problems) => problems,
                    Read::New(..) if scope.device_enrolments().is_full().await? => {
                        let text = "The workspace has as many devices as it may have.".to_owned();
                        vec![plan.wrong(None, text, "Fewer devices, or a higher limit.".to_owned())]
                    }
                    Read::New(new, simulated) => {
                        let organization = new.organization.unwrap_or(organization);
                        let belongs = Belongs { organization, simulated };
                        let made = devices::insert_as(&scope, self.homeport, now_ms(), new, belongs).await?;
                        if simulated {
                            scope.simulations().insert(made.id, EVERY_MS).await?;
                        }
                        part.counts.stored += 1;
                        continue;
                    }
                };
                part.counts.refused += 1;
                let original = self.ahead.get(record.begin..record.end).unwrap_or_default();
                let original = text::text(original, mapping.dialect.windows_1252);
                problems.iter().for_each(|problem| wrong.add(number, problem, &original));
            }
            let mut all = self.import.counts;
            all.add(part.counts);
            let errors = wrong.finish()?;
            let mine = scope.imports().count(self.import.id, worker, &part, all, errors).await?;
            if !mine {
                // Somebody ended it meanwhile, or another worker has it: nothing of this part is made.
                return Ok(true);
            }
            scope.commit().await?;
            self.import.counts = all;
            self.import.read = part.to;
            self.ahead.drain(..used);
            self.pending = None;
        }
    }
}
