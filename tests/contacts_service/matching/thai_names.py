"""Parts of Thai names, with the ways in which people write them in Latin letters, and of addresses."""

Names = list[tuple[str, tuple[str, ...]]]


def _names(table: str) -> Names:
    entries = (entry.split("=") for entry in table.split())
    return [(thai, tuple(latin.split("/"))) for thai, latin in entries]


GIVEN_HEADS = _names(
    "ณัฐ=natta/nut ธน=thana/tana กิตติ=kitti พิชญ์=pitch วร=wora/vora สุร=sura ศุภ=supa/suppha ชัย=chai อนุ=anu ธีร=teera/thira "
    "จักร=jakka/chakra ปิย=piya พงศ์=pong/phong วิ=wi/vi สม=som บุญ=boon/bun รัตน=rattana ศิริ=siri กนก=kanok นภ=napa"
)
GIVEN_TAILS = _names(
    "พล=pol/pon/phon ชัย=chai พร=porn/phon วรรณ=wan ศักดิ์=sak พงษ์=pong/phong มาศ=mas/mat สุดา=suda กานต์=karn/kan "
    "ชาย=chai วัฒน์=wat ภัทร=pat/phat นันท์=nan เดช=det/dech ลักษณ์=luck/lak ดา=da รัตน์=rat จิรา=jira ภา=pa/pha วุฒิ=wut"
)
FAMILY_HEADS = _names(
    "ศรี=sri/si ทอง=thong/tong วงศ์=wong แก้ว=kaew/kaeo บุญ=boon/bun สุข=suk/sook จันทร์=chan/jan ชัย=chai เพชร=petch/phet "
    "พันธุ์=pan/phan อินทร์=in โพธิ์=po/pho สาย=sai แสง=saeng/sang รุ่ง=rung ไชย=chai คง=kong/khong มั่น=man ใจ=jai/chai ดวง=duang"
)
FAMILY_TAILS = _names(
    "สุวรรณ=suwan/suvan ดี=dee/di มงคล=mongkol/mongkhon เจริญ=charoen/jaroen สวัสดิ์=sawat/sawad รักษ์=rak กุล=kul/kun "
    "พานิช=panich/phanit ทรัพย์=sap สมบัติ=sombat เรือง=ruang/rueang ประเสริฐ=prasert กิจ=kit ใส=sai งาม=ngam อุดม=udom "
    "วิไล=wilai/vilai ศิลป์=sin/silp พรหม=prom/phrom วัฒนา=wattana/watthana"
)
ROADS = (
    "สุขุมวิท พหลโยธิน เพชรเกษม รามคำแหง ลาดพร้าว พระราม9 จรัญสนิทวงศ์ นิมมานเหมินท์ มิตรภาพ เจริญกรุง สาทร สีลม อ่อนนุช ประชาชื่น".split()
)
DISTRICTS = "วัฒนา บางกะปิ จตุจักร ห้วยขวาง เมือง บางรัก ปทุมวัน คลองเตย ดินแดง หาดใหญ่ แม่ริม ปากช่อง ศรีราชา บางละมุง".split()
PROVINCES = "กรุงเทพมหานคร เชียงใหม่ ขอนแก่น ชลบุรี ภูเก็ต นครราชสีมา สงขลา นนทบุรี ระยอง อุดรธานี".split()
TITLES = "นาย นาง นางสาว คุณ".split()
