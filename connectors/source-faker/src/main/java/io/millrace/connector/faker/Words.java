package io.millrace.connector.faker;

import java.nio.charset.StandardCharsets;

/** A list of words as bytes, to be copied into batches. */
final class Words {
    static final Words FIRST_NAMES =
            of(
                    "Ada",
                    "Alan",
                    "Amara",
                    "Anders",
                    "Anna",
                    "Aylin",
                    "Barbara",
                    "Bo",
                    "Carlos",
                    "Chloé",
                    "Daiki",
                    "Dennis",
                    "Edsger",
                    "Elif",
                    "Emeka",
                    "Esther",
                    "Fatima",
                    "Frances",
                    "Grace",
                    "Hedy",
                    "Hiro",
                    "Ines",
                    "Ivan",
                    "Jamal",
                    "Jean",
                    "João",
                    "Karen",
                    "Katherine",
                    "Ken",
                    "Lan",
                    "Leslie",
                    "Linus",
                    "Lucía",
                    "Malik",
                    "Margaret",
                    "Mei",
                    "Miriam",
                    "Nadia",
                    "Niklaus",
                    "Noor",
                    "Olga",
                    "Omar",
                    "Priya",
                    "Quentin",
                    "Radia",
                    "Ravi",
                    "Rózsa",
                    "Sakura",
                    "Shafi",
                    "Sofia",
                    "Søren",
                    "Tim",
                    "Tomás",
                    "Uma",
                    "Vera",
                    "Wei",
                    "Xavier",
                    "Yara",
                    "Yukihiro",
                    "Zoë");
    static final Words LAST_NAMES =
            of(
                    "Abe",
                    "Allen",
                    "Andersson",
                    "Backus",
                    "Becker",
                    "Boole",
                    "Carvalho",
                    "Chen",
                    "Clarke",
                    "Dijkstra",
                    "Dubois",
                    "Eze",
                    "Fernández",
                    "Fischer",
                    "García",
                    "Goldberg",
                    "Haddad",
                    "Hamilton",
                    "Hopper",
                    "Ibrahim",
                    "Ito",
                    "Jensen",
                    "Johnson",
                    "Kaya",
                    "Kim",
                    "Knuth",
                    "Kowalski",
                    "Lamarr",
                    "Liskov",
                    "Lovelace",
                    "Mbeki",
                    "Meyer",
                    "Moreau",
                    "Nakamura",
                    "Naur",
                    "Nguyen",
                    "Novák",
                    "O'Brien",
                    "Okafor",
                    "Patel",
                    "Perlman",
                    "Petrov",
                    "Quispe",
                    "Ramanujan",
                    "Ritchie",
                    "Rossi",
                    "Santos",
                    "Schäfer",
                    "Silva",
                    "Singh",
                    "Suzuki",
                    "Thompson",
                    "Turing",
                    "Ueda",
                    "Vargas",
                    "Wirth",
                    "Wójcik",
                    "Yılmaz",
                    "Zhang",
                    "Zuse");
    static final Words TITLES = of("Dr.", "Miss", "Mr.", "Mrs.", "Ms.", "Mx.", "PhD", "Prof.");
    static final Words GENDERS = of("Female", "Male", "Non-binary", "Other", "Fluid");
    static final Words LANGUAGES =
            of(
                    "Arabic",
                    "Bengali",
                    "Czech",
                    "Danish",
                    "Dutch",
                    "English",
                    "Finnish",
                    "French",
                    "German",
                    "Greek",
                    "Hindi",
                    "Italian",
                    "Japanese",
                    "Korean",
                    "Mandarin",
                    "Polish",
                    "Portuguese",
                    "Spanish",
                    "Swahili",
                    "Turkish",
                    "Vietnamese");
    static final Words DEGREES = of("Bachelor", "Diploma", "Master", "PhD");
    static final Words NATIONALITIES =
            of(
                    "Argentinian",
                    "Brazilian",
                    "British",
                    "Canadian",
                    "Chinese",
                    "Danish",
                    "Egyptian",
                    "French",
                    "German",
                    "Indian",
                    "Irish",
                    "Italian",
                    "Japanese",
                    "Kenyan",
                    "Mexican",
                    "Nigerian",
                    "Polish",
                    "Spanish",
                    "Swedish",
                    "Turkish",
                    "Vietnamese");
    static final Words OCCUPATIONS =
            of(
                    "Accountant",
                    "Actor",
                    "Architect",
                    "Baker",
                    "Bookbinder",
                    "Carpenter",
                    "Chef",
                    "Chemist",
                    "Dentist",
                    "Electrician",
                    "Farmer",
                    "Firefighter",
                    "Florist",
                    "Geologist",
                    "Gardener",
                    "Journalist",
                    "Judge",
                    "Lecturer",
                    "Librarian",
                    "Mechanic",
                    "Miller",
                    "Musician",
                    "Nurse",
                    "Optician",
                    "Painter",
                    "Pilot",
                    "Plumber",
                    "Programmer",
                    "Surveyor",
                    "Tailor",
                    "Teacher",
                    "Translator");
    static final Words BLOOD_TYPES = of("0+", "0−", "A+", "A−", "AB+", "AB−", "B+", "B−");
    static final Words DOMAINS = of("@example.com", "@example.net", "@example.org");
    static final Words STREETS =
            of(
                    "Acacia Avenue",
                    "Bridge Street",
                    "Canal Road",
                    "Church Lane",
                    "Elm Street",
                    "Harbour Row",
                    "High Street",
                    "Hill Road",
                    "King Street",
                    "Maple Drive",
                    "Market Square",
                    "Mill Lane",
                    "Orchard Way",
                    "Park Avenue",
                    "River Walk",
                    "Station Road",
                    "Sunset Boulevard",
                    "Windmill Hill");
    static final Words CITIES =
            of(
                    "Ashford",
                    "Brookfield",
                    "Clearwater",
                    "Dunmore",
                    "Eastport",
                    "Fairview",
                    "Glenwood",
                    "Hillsborough",
                    "Ironbridge",
                    "Kingston",
                    "Lakewood",
                    "Milton",
                    "Newport",
                    "Oakland",
                    "Port Talbot",
                    "Quincy",
                    "Riverside",
                    "Springfield",
                    "Thornton",
                    "Weston");
    static final Words STATES =
            of(
                    "Arizona",
                    "California",
                    "Colorado",
                    "Florida",
                    "Georgia",
                    "Illinois",
                    "Maine",
                    "Montana",
                    "Nevada",
                    "New York",
                    "Ohio",
                    "Oregon",
                    "Texas",
                    "Utah",
                    "Vermont",
                    "Washington");
    static final Words COUNTRIES =
            of(
                    "AR", "AU", "BR", "CA", "CN", "DE", "DK", "EG", "ES", "FR", "GB", "IE", "IN",
                    "IT", "JP", "KE", "MX", "NG", "PL", "SE", "TR", "US", "VN");
    static final Words MAKES =
            of(
                    "Aurora",
                    "Borealis",
                    "Cascade",
                    "Delta",
                    "Equinox",
                    "Falcon",
                    "Glacier",
                    "Horizon",
                    "Ibis",
                    "Juniper");
    static final Words MODELS =
            of(
                    "Breeze", "Comet", "Drift", "Ember", "Forge", "Gust", "Harbour", "Isle",
                    "Journey", "Kestrel", "Lagoon", "Meadow", "Nimbus", "Orbit", "Pioneer", "Quill",
                    "Ridge", "Summit", "Trail", "Voyager");

    private final byte[][] words;

    private Words(byte[][] words) {
        this.words = words;
    }

    private static Words of(String... words) {
        byte[][] bytes = new byte[words.length][];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = words[i].getBytes(StandardCharsets.UTF_8);
        }
        return new Words(bytes);
    }

    int size() {
        return words.length;
    }

    /** The word at {@code index}; not to be changed. */
    byte[] get(int index) {
        return words[index];
    }

    /** A word that {@code randomness} picks for {@code question} about {@code row}. */
    byte[] pick(Randomness randomness, long row, int question) {
        return words[(int) randomness.below(row, question, words.length)];
    }
}
