/** @file Four sentences of our own in the format of reading_data.csv, the word None and its two scars included. */

const HEADER =
  ",item,word,sentence,context_length,sent_id,Subtlex_log10,length,RTfirstfix,RTfirstpass,RTgopast,RTrightbound," +
  "self_paced_reading_time,N400,prev_word,prev_item,prev_length";

/** Twelve words. Row 3 has an empty context (the word None), row 4 the previous context None, row 8 no frequency. */
export const READING_CSV = [
  HEADER,
  "0,Dana,saw,Dana saw the cat.,1,1,11.5,3,90,95,110,95,310.5,0.1,,,-1",
  "1,Dana saw,the,Dana saw the cat.,2,1,14.2,3,71,75,102,86,296.25,0.2,saw,Dana,3",
  "2,Dana saw the,cat.,Dana saw the cat.,3,1,8.5,4,120,131,167,131,301,0.3,the,Dana saw,3",
  "3,,of,None of them slept.,1,2,13.3,2,97,97,130,102,277,-0.4,,,-1",
  "4,None of,them,None of them slept.,2,2,11.1,4,90,100,100,100,,0.5,of,None,2",
  "5,None of them,slept.,None of them slept.,3,2,7.7,6,140,150,190,160,330,0.6,them,None of,4",
  '6,Old,"Tom,","Old Tom, the cook, sang.",1,3,8.8,4,101,120,150,130,305,0.7,,,-1',
  '7,"Old Tom,",the,"Old Tom, the cook, sang.",2,3,14.2,3,70,80,95,82,290,0.8,Tom,Old,3',
  '8,"Old Tom, the","cook,","Old Tom, the cook, sang.",3,3,,5,115,125,160,133,312,0.9,the,"Old Tom,",3',
  '9,"Old Tom, the cook,",sang.,"Old Tom, the cook, sang.",4,3,7.9,5,118,130,170,140,320,1,cook,"Old Tom, the",4',
  "10,We,ran,We ran home.,1,4,9.9,3,99,104,120,108,299,1.1,,,-1",
  "11,We ran,home.,We ran home.,2,4,10.4,5,98,107,123,111,298,1.2,ran,We,3",
].join("\n");
