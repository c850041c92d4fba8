/** Given and family names of one region; people mostly bear a pair of one region. */
interface NamePool {
  readonly given: readonly string[];
  readonly family: readonly string[];
}

/** The regions that the company hires from. All combinations are made up. */
export const namePools: readonly NamePool[] = [
  {
    given: ["Lena", "Jonas", "Katrin", "Matthias", "Annika", "Björn", "Heike", "Tobias", "Sabine"],
    family: ["Brandt", "Köhler", "Schreiber", "Vogt", "Lindner", "Möller", "Seidel", "Groß"],
  },
  {
    given: ["Beatriz", "Thiago", "Larissa", "Caio", "Marina", "Rafael", "Inês", "João", "Camila"],
    family: ["Carvalho", "Nogueira", "Teixeira", "Moreira", "Antunes", "Figueiredo", "Prado"],
  },
  {
    given: ["Haruka", "Kenji", "Aoi", "Takumi", "Yui", "Daichi", "Misaki", "Ren"],
    family: ["Fujimoto", "Ishikawa", "Hayashi", "Nakagawa", "Okada", "Shimizu", "Tanabe"],
  },
  {
    given: ["Priya", "Arjun", "Meera", "Vikram", "Ananya", "Rohan", "Kavya", "Sanjay", "Nisha"],
    family: ["Raghavan", "Iyer", "Deshpande", "Menon", "Chatterjee", "Bhatt", "Kulkarni"],
  },
  {
    given: ["Grace", "Oliver", "Hannah", "Marcus", "Dana", "Elliot", "Joan", "Victor", "Ruth"],
    family: ["Whitfield", "Harper", "Lockwood", "Ellison", "Novak", "Sheridan", "Barlow", "Quinn"],
  },
  {
    given: ["Adaeze", "Kofi", "Ngozi", "Tunde", "Amara", "Chidi", "Zainab", "Kwame"],
    family: ["Okonkwo", "Mensah", "Adeyemi", "Balogun", "Osei", "Eze", "Danjuma"],
  },
  {
    given: ["Ingrid", "Mikkel", "Sanna", "Eirik", "Freja", "Lars", "Maja", "Søren"],
    family: ["Halvorsen", "Lindqvist", "Nygaard", "Bergström", "Kjær", "Aaltonen", "Dahl"],
  },
  {
    given: ["Lucía", "Mateo", "Elena", "Andrés", "Paula", "Diego", "Nuria", "Sergio"],
    family: ["Navarro", "Castellanos", "Ibáñez", "Quintero", "Rivas", "Serrano", "Zamora"],
  },
  {
    given: ["Katarzyna", "Piotr", "Magda", "Tomasz", "Milena", "Ondřej", "Zuzana", "Paweł"],
    family: ["Wójcik", "Kowalczyk", "Horáková", "Zieliński", "Dvořák", "Sikora", "Maj"],
  },
  {
    given: ["Linh", "Wei", "Soo-jin", "Minh", "Xiulan", "Hyun", "Mei", "Bao"],
    family: ["Nguyen", "Tran", "Chen", "Park", "Lim", "Zhang", "Vo"],
  },
];

const folded: Readonly<Record<string, string>> = { ø: "o", ł: "l", ß: "ss", æ: "ae", "-": "" };

/** A name as it stands in a mail address: lower case, letters only. */
export function mailName(name: string): string {
  return name
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[øłßæ-]/gu, (letter) => folded[letter] ?? "")
    .replace(/[^a-z]/gu, "");
}
