//! Where tiles lie: moving, resizing, making room, closing gaps, and the order on a phone.
//!
//! Tiles never overlap, and each lies as high as it can: what is moved pushes others down, and what is below it comes up.

use super::tile::Tile;
use std::collections::BTreeSet;

/// Columns of the grid.
pub const COLUMNS: u16 = 12;
/// Most rows that one tile takes.
pub const HEIGHT_MAX: u16 = 40;
/// The lowest row in which a tile may begin.
pub const ROWS_MAX: u16 = 2_000;

/// Puts tiles that overlap, stick out or leave gaps where they can be.
pub fn settle(tiles: &mut [Tile]) {
    make_room(tiles, &BTreeSet::new());
    compact(tiles);
}

/// Moves these by so many columns and rows together, as far as the grid goes; the others make room.
pub fn shift(tiles: &mut [Tile], ids: &BTreeSet<String>, columns: i32, rows: i32) {
    let chosen = || tiles.iter().filter(|tile| ids.contains(&tile.id));
    let left = chosen().map(|t| i32::from(t.x)).min().unwrap_or(0);
    let right = chosen().map(|t| i32::from(COLUMNS) - i32::from(t.x + t.width)).min().unwrap_or(0);
    let top = chosen().map(|t| i32::from(t.y)).min().unwrap_or(0);
    let columns = columns.clamp(-left, right.max(-left));
    let rows = rows.clamp(-top, i32::from(ROWS_MAX));
    for tile in tiles.iter_mut().filter(|tile| ids.contains(&tile.id)) {
        tile.x = moved(tile.x, columns);
        tile.y = moved(tile.y, rows);
    }
    make_room(tiles, ids);
    compact(tiles);
}

/// Gives one another size, as far as the grid goes; the others make room.
pub fn resize(tiles: &mut [Tile], id: &str, width: i32, height: i32) {
    let fitting = |size: i32, max: u16| u16::try_from(size.clamp(1, i32::from(max))).unwrap_or(1);
    for tile in tiles.iter_mut().filter(|tile| tile.id == id) {
        tile.width = fitting(width, COLUMNS - tile.x.min(COLUMNS - 1));
        tile.height = fitting(height, HEIGHT_MAX);
    }
    make_room(tiles, &BTreeSet::from([id.to_owned()]));
    compact(tiles);
}

/// The highest place, and of those the leftmost, with room for such a tile.
pub fn place_for(tiles: &[Tile], width: u16, height: u16) -> (u16, u16) {
    let width = width.clamp(1, COLUMNS);
    let bottom = tiles.iter().map(|t| t.y + t.height).max().unwrap_or(0);
    let places = (0..=bottom).flat_map(|y| (0..=COLUMNS - width).map(move |x| (x, y)));
    let mut free = places.filter(|(x, y)| {
        !tiles
            .iter()
            .any(|t| t.x < x + width && *x < t.x + t.width && t.y < y + height && *y < t.y + t.height)
    });
    free.next().unwrap_or((0, bottom))
}

/// How many rows they take together.
pub fn rows(tiles: &[Tile]) -> u16 {
    tiles.iter().map(|t| t.y + t.height).max().unwrap_or(0)
}

/// The ids in the order in which one reads them: row by row, from the left. So they stand on a phone.
pub fn in_order(tiles: &[Tile]) -> Vec<String> {
    let mut order: Vec<&Tile> = tiles.iter().collect();
    order.sort_by_key(|t| (t.y, t.x));
    order.into_iter().map(|t| t.id.clone()).collect()
}

/// Whether two share a field of the grid.
pub fn overlap(a: &Tile, b: &Tile) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

fn moved(from: u16, by: i32) -> u16 {
    u16::try_from((i32::from(from) + by).clamp(0, i32::from(ROWS_MAX))).unwrap_or(0)
}

/// Pushes what lies under others down. Those of these ids stay where they are, if they don't lie under each other.
fn make_room(tiles: &mut [Tile], first: &BTreeSet<String>) {
    for tile in tiles.iter_mut() {
        tile.width = tile.width.clamp(1, COLUMNS);
        tile.height = tile.height.clamp(1, HEIGHT_MAX);
        tile.x = tile.x.min(COLUMNS - tile.width);
    }
    let mut order: Vec<usize> = (0..tiles.len()).collect();
    order.sort_by_key(|&i| (!first.contains(&tiles[i].id), tiles[i].y, tiles[i].x, i));
    for at in 0..order.len() {
        let (laid, i) = (&order[..at], order[at]);
        while let Some(under) = laid.iter().find(|&&j| overlap(&tiles[i], &tiles[j])) {
            tiles[i].y = tiles[*under].y + tiles[*under].height;
        }
    }
}

/// Moves each up as far as nothing is in its way.
fn compact(tiles: &mut [Tile]) {
    let mut order: Vec<usize> = (0..tiles.len()).collect();
    order.sort_by_key(|&i| (tiles[i].y, tiles[i].x, i));
    for at in 0..order.len() {
        let (laid, i) = (&order[..at], order[at]);
        let (x, right) = (tiles[i].x, tiles[i].x + tiles[i].width);
        let above = laid.iter().map(|&j| &tiles[j]).filter(|t| t.x < right && x < t.x + t.width);
        tiles[i].y = above.map(|t| t.y + t.height).max().unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tile::Configuration;
    use super::*;
    use proptest::prelude::*;

    fn tile(id: usize, (x, y, width, height): (u16, u16, u16, u16)) -> Tile {
        let configuration = Configuration::default();
        Tile { id: id.to_string(), display_name: String::new(), x, y, width, height, configuration }
    }

    fn tiles(places: &[(u16, u16, u16, u16)]) -> Vec<Tile> {
        places.iter().enumerate().map(|(i, place)| tile(i, *place)).collect()
    }

    fn places(tiles: &[Tile]) -> Vec<(u16, u16)> {
        tiles.iter().map(|t| (t.x, t.y)).collect()
    }

    fn sound(tiles: &[Tile]) -> bool {
        let inside = tiles.iter().all(|t| t.x + t.width <= COLUMNS && t.width > 0 && t.height > 0);
        let apart = (0..tiles.len()).all(|i| (0..i).all(|j| !overlap(&tiles[i], &tiles[j])));
        inside && apart
    }

    fn some() -> impl Strategy<Value = Vec<Tile>> {
        prop::collection::vec((0_u16..14, 0_u16..30, 0_u16..14, 0_u16..6), 0..14).prop_map(|p| tiles(&p))
    }

    proptest! {
        #[test]
        fn whatever_is_settled_lies_apart_and_stays(mut all in some()) {
            settle(&mut all);
            prop_assert!(sound(&all));
            let before = all.clone();
            settle(&mut all);
            prop_assert_eq!(before, all);
        }

        #[test]
        fn moving_keeps_sizes_and_lets_none_overlap(
            mut all in some(), chosen in prop::collection::btree_set(0_usize..14, 0..5), dx in -15_i32..15, dy in -20_i32..20,
        ) {
            settle(&mut all);
            let sizes: Vec<_> = all.iter().map(|t| (t.width, t.height)).collect();
            let ids = chosen.into_iter().map(|i| i.to_string()).collect();
            shift(&mut all, &ids, dx, dy);
            prop_assert!(sound(&all));
            prop_assert_eq!(sizes, all.iter().map(|t| (t.width, t.height)).collect::<Vec<_>>());
        }

        #[test]
        fn resizing_lets_none_overlap(mut all in some(), id in 0_usize..14, w in -3_i32..20, h in -3_i32..60) {
            settle(&mut all);
            resize(&mut all, &id.to_string(), w, h);
            prop_assert!(sound(&all));
        }

        #[test]
        fn a_place_is_free(mut all in some(), w in 1_u16..13, h in 1_u16..8) {
            settle(&mut all);
            let (x, y) = place_for(&all, w, h);
            all.push(tile(99, (x, y, w, h)));
            prop_assert!(sound(&all));
        }
    }

    #[test]
    fn what_is_moved_pushes_down_and_lets_up() {
        let mut all = tiles(&[(0, 0, 6, 2), (6, 0, 6, 2), (0, 2, 6, 2)]);
        shift(&mut all, &BTreeSet::from(["0".to_owned()]), 6, 0);
        assert_eq!(places(&all), [(6, 0), (6, 2), (0, 0)]);
        resize(&mut all, "0", 3, 4);
        assert_eq!((all[0].width, all[0].height), (3, 4));
        assert_eq!(places(&all), [(6, 0), (6, 4), (0, 0)]);
        assert_eq!(in_order(&all), ["2", "0", "1"]);
        assert_eq!((place_for(&all, 3, 2), rows(&all)), ((9, 0), 6));
    }
}
