//! What is wrong is pointed at, with what stands there and what could.

use query::fuzzing::catalogue;
use query::{Mistake, parse, plan};

fn mistake(text: &str) -> Mistake {
    match parse(text) {
        Err(mistake) => mistake,
        Ok(query) => match plan(text, &query, &catalogue(), 1_700_000_000_000) {
            Err(mistake) => mistake,
            Ok(plan) => panic!("{text} was taken: {plan:?}"),
        },
    }
}

#[test]
fn a_mistake_has_its_column_and_says_what_could_stand_there() {
    for (text, column, said) in [
        ("", 1, "SELECT is expected here, not the end of the query."),
        ("SELEC temperature FROM Pump", 1, "SELECT is expected here, not `SELEC`. Did you mean SELECT?"),
        ("SELECT FROM Pump", 8, "is expected here, not FROM. FROM is a word of the language"),
        ("SELECT temperature FORM Pump", 20, "not `FORM`. Did you mean FROM?"),
        ("SELECT temperature", 19, "FROM"),
        ("SELECT TOP x temperature FROM Pump", 12, "A number of rows is expected here, not `x`."),
        ("SELECT TOP 0 temperature FROM Pump", 12, "TOP takes a whole number from 1, not 0."),
        ("SELECT TOP 1.5 temperature FROM Pump", 12, "not 1.5"),
        ("SELECT (temperature FROM Pump", 21, "`)`"),
        ("SELECT temperature FROM Pump WHERE temperature >", 49, "A value is expected here"),
        ("SELECT temperature FROM Pump ORDER temperature", 36, "BY is expected here"),
        ("SELECT temperature FROM Pump WHERE temperature = 1 = 2", 52, "not `=`"),
        ("SELECT temperature FROM Pumpe", 25, "There is no template `Pumpe`. Did you mean `Pump`?"),
        ("SELECT temperature FROM dtmi:plant:pum;2", 25, "Did you mean `dtmi:plant:pump;2`?"),
        ("SELECT temprature FROM Pump", 8, "Did you mean `temperature`?"),
        ("SELECT humidity FROM Pump", 8, "Template “Pump” has no field or property `humidity`"),
        ("SELECT pressure FROM Pump", 8, "There is: `temperature`, `flow`, `mode`, `odd`."),
        ("SELECT id FROM Pump", 8, "begin with a $: `$id`"),
        ("SELECT $idd FROM Pump", 8, "Did you mean `$id`?"),
        ("SELECT AVERAGE(flow) FROM Pump", 8, "There is no function `AVERAGE`."),
        ("SELECT AVGG(flow) FROM Pump", 8, "Did you mean `AVG`?"),
        ("SELECT AVG(mode) FROM \"Room sensor\"", 12, "Sums and means are made of numbers; this is a text."),
        ("SELECT AVG(*) FROM Pump", 8, "Only COUNT takes `*`"),
        ("SELECT AVG(flow, flow) FROM Pump", 8, "One value is taken here, not 2"),
        ("SELECT AVG(MAX(flow)) FROM Pump", 12, "MAX is made of many messages"),
        ("SELECT flow, AVG(flow) FROM Pump", 8, "`flow` differs within a group"),
        ("SELECT $id, AVG(flow) FROM Pump", 8, "`$id` differs within a group"),
        ("SELECT $ts, AVG(flow) FROM Pump", 8, "Groups without a WINDOW have no time"),
        ("SELECT * FROM Pump GROUP BY $id", 8, "`*` stands for the fields of single messages"),
        ("SELECT flow, flow FROM Pump", 14, "Two columns are called `flow`"),
        ("SELECT AVG(flow) FROM Pump GROUP BY WINDOW(10)", 44, "P1D, PT10M"),
        ("SELECT AVG(flow) FROM Pump GROUP BY WINDOW(P1M)", 44, "Years and months differ in length"),
        ("SELECT AVG(flow) FROM Pump GROUP BY WINDOW(PT1H), WINDOW(PT2H)", 51, "second one"),
        ("SELECT flow FROM Pump WHERE flow > 'x'", 36, "This is a text, and it is compared with a number"),
        ("SELECT flow FROM Pump WHERE flow", 29, "compare it with something"),
        ("SELECT flow FROM Pump WHERE NOT flow", 33, "This is a number; true or false is expected here."),
        ("SELECT flow FROM Pump WHERE flow + 'a' > 1", 36, "This is a text; a number is expected here."),
        ("SELECT flow FROM Pump WHERE $ts > 'soon'", 35, "A time is written like"),
        ("SELECT flow FROM Pump WHERE $ts IN ('soon')", 37, "A time is written like"),
        ("SELECT flow FROM Pump WHERE flow > 1 OR WITHIN_WINDOW(P1D)", 41, "beside others with AND"),
        ("SELECT flow FROM Pump WHERE WITHIN_WINDOW()", 29, "WITHIN_WINDOW takes"),
        ("SELECT WINDOW(P1D) FROM Pump", 8, "WINDOW stands in GROUP BY"),
        ("SELECT mode.x FROM \"Room sensor\"", 8, "`mode` is a text: it has no part `x`."),
        ("SELECT flow FROM DEVICE", 18, "There is no template `DEVICE`."),
        ("SELECT flow FROM DEVICE 'a', b", 30, "A device's id between single quotes is expected here"),
        ("SELECT flow FROM Pump WHERE mode LIKE 'x'", 34, "not `LIKE`"),
    ] {
        let found = mistake(text);
        assert_eq!((found.line, found.column), (1, column), "{text}: {}", found.message);
        assert!(found.message.contains(said), "{text}: {}", found.message);
        assert_eq!(found.pointer.lines().next(), Some(text), "{text}");
        assert_eq!(found.pointer.lines().nth(1).and_then(|marks| marks.find('^')), Some(column as usize - 1));
    }
}

#[test]
fn a_mistake_of_a_later_line_is_found_there() {
    let found = mistake("SELECT flow\nFROM Pump\nWHERE flw > 1");
    assert_eq!((found.line, found.column, found.length, found.offset), (3, 7, 3, 28));
    assert_eq!(found.pointer, "WHERE flw > 1\n      ^^^");
    assert!(found.sentence().starts_with("Line 3, column 7: "), "{}", found.sentence());
}
