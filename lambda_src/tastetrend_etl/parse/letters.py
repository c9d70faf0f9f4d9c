"""How often the letters of languages occur, and beside which other letters; to tell code pages apart.

The numbers were counted in lists of the most frequent words of each language.
"""

from collections.abc import Mapping

# Language → its letters beyond ASCII: how many of 10,000 letters, the letters most often before and after.
# `_` is the start or the end of a word.
LETTERS: Mapping[str, str] = {
    "fr": (
        "é200:_rtdnsml/_terscpg à49:_lj'çtcm/_ljdnsc0 è33:rilmtpcd/rsmtcgnv ê18:_mrtpufv/tmcvnlqp "
        "ç13:_naerépi/aouà_eiã ô5:trchpln_/tlmpn_ds â3:_rbhlégp/tcgmlnbq î3:ao_dbngu/tnlcm_se "
        "ù3:oisd_tla/_rltnji û2:osdrfmeb/tr_lcnms œ1:_csnvhbm/uitdscnl ï1:aoue_édl/sdn_qtce"
    ),
    "de": "ü63:f_rtmwlk/rbhcnstg ä47:hltrwfmn/nthrucls ö27:khmr_ltv/nrsgfhlc ß17:euiaoöüä/_etlgnis",
    "es": (
        "ó58:ictrslzn/n_mlrgsd í49:rdsltcab/a_stcnod á40:mrt_clpu/s_ncrtlg é28:ui_mrtsl/_nsrlxct "
        "ñ17:aeiuo_úá/oaeíióué ú12:_gpnmtar/nbl_smta"
    ),
    "pt": (
        "ã84:nçstmirh/o_eszãin é57:_tbumslr/_mrsdcti ç51:anieurop/ãaõouúáó á42:rtj_lhsv/_rsvgtlc "
        "í25:alrstvmu/cdvstnl_ ê21:crtdiulg/_nsmexbu ó20:strpn_lc/r_splxdg ú10:_pnmadet/bslnmdvc "
        "õ10:çshitprz/e_sazo à8:_jlthrnd/_sqgrobf â3:ctrl_fnm/nmo_tigs ô3:nrlmtp_v/nm_srldo"
    ),
    "it": (
        "è30:_ho'fnbs/_rscimnv à20:trildps_/_inlsmrt ù10:istbrnlg/_sbnhltù ò7:uritndcp/_rnlsmvp "
        "é5:hn_srtml/_rlsmetn ì5:sdlructn/_tpaonìs"
    ),
    "nl": "é4:_éhevfkt/né_lrtsc ë4:ieaout_s/_nlriezt ï1:eauo_g/nsedtmr_",
    "da": "å138:psm_fgnt/_rdelbns æ85:vrltsnmj/rnlskgtd ø80:fks_grhl/rdbjlgnv é2:_dfnlkhr/n_tremd",
    "sv": "ä265:_vlnrsht/rnltgsvm å205:psr_gfnm/_rngtlsd ö145:f_ghrksl/rvkdstnp é1:dmrtnflc/_nermsat",
    "fi": "ä486:tälvsknm/_änitlsm ö46:ytlkinöp/sn_iytkl å1:_lns/lnbr",
    "is": (
        "ð358:aieræuíá/_iausrle í209:_vslrtmn/_sknðmtf á199:_rjmþnhf/_rltðsnk þ137:_lmíanrs/eaváúóri "
        "ó78:jtþrf_dk/rltðnk_s æ76:vrtbh_nf/rtðkmgns ö71:j_tlhvsm/lrgnðfkm ú68:_hnþrbjs/_ntrsail "
        "é63:_shfrmþl/rgtl_kuf ý19:nls_þkdr/srnjmtð_"
    ),
    "ca": (
        "é58:_mbrtcvu/s_unirtl ó49:ismdlnra/_nscrpml à36:rtml_cin/_crnstlm í28:ltmrxusv/_stcnldm "
        "è28:urtldmni/n_srcitx ò22:rxtlnmcp/_rmnglps ç11:narilepo/a_oóòuàm ú11:_pgmnrtd/bs_lnmtr "
        "ï3:uaeoiv_/tsndclbm ü2:gqaiefmd/eèíilrts á1:sn_zmltr/nl_srzñc"
    ),
    "pl": (
        "ł145:ayisogzw/ao_yeuóą ę129:izjbtdrn/_dcktpśż ż98:_oaueióą/e_ynaodk ą88:jiznsklł/_cdtzżgć "
        "ó77:trmkpwsg/wrbłjldż ś72:oe_iyaęj/c_lćwnmr ć52:aśiyeąęo/_wmbdcfp ń16:aeoiyuźś/s_ckmbdt "
        "ź7:deóa_yoę/n_dlrćmc"
    ),
    "cs": (
        "í284:nřjšvtcm/_mctkslh á220:nrvmlkzd/_nlmtvds ě167:nmvtdbpf/_ltjknsc ž116:_uoaeyůi/e_iíndáu "
        "ř107:pt_oeáaě/eíiáa_so é99:nkvltrmd/_hmnrtkd č90:_eoaiuní/eniaík_t š84:v_eauiál/íeti_kla "
        "ý81:vnkrbtld/_cmtvrsš ů45:mrdvpktn/_žsmljvz ú12:_zeajsyk/sčptřdzr ň6:eoalžiív/_uoskatů "
        "ď4:euěojaž_/_taámoku ť4:šayousěí/_aoáutkm"
    ),
    "sk": (
        "á190:nrvmtzlk/_vmcltrs ž107:_uaoeôái/ei_dníak č104:_oaeiúär/aioneí_l ý101:nvkrtldh/_cmsvrbš "
        "í100:rntščdls/_mcskvnt š89:_veaáiyl/ietíak_l é78:nkrvtlhd/_hmrntdc ú76:sj_ntkdr/_čctpsrd "
        "ť70:asiyeú_ä/_aoumrdk ľ44:e_odhaáu/akum_ons ô24:mpdkvrst/žsrlvzbj ď19:e_vuaoát/_aožmtuk "
        "ň14:ed_moažŕ/_aouhtmá ó11:rtligzkf/nprdgbml"
    ),
    "hu": (
        "é313:_tkmzsnv/sgrnltpk á278:mtlzvr_j/rlnstgbm ö94:ktz_jnlr/znrtsvlb ó80:tjlrzi_b/_ltbrsdk "
        "ő73:ltsdz_rn/_lstkrbd ü48:rkz_tlys/lnkgtzsr í47:_zkslhtm/tgrvnmzj ú29:_mtsrjzi/jgl_trsz "
        "ű16:mrtynvzb/_nvkslez"
    ),
    "sh": (
        "š95:_iaoeurp/te_aiknl č73:i_auoerj/iekanul_ ž56:_oaureid/eianubdj ć46:e_iuoašp/ei_aunok "
        "đ19:eaoru_in/euaio_sm"
    ),
    "sl": "č140:_oeiašub/eian_jul š99:_iajoeuk/ektičan_ ž62:_eourail/eianbj_k",
    "ro": (
        "ă279:cstrnplm/_rtsţmcu ş118:_eaiuoăî/itae_ocu î115:_esctmrp/nmilşţt_ ţ98:aniecă_u/iaăeu_âk "
        "â51:cmtprvgf/ntrmlişţ"
    ),
    "tr": (
        "ı416:nrlsdtky/_nlrkmşz ü178:gtd_lykm/nr_zkmly ş149:ai_ıeuür/_eıiatlm ç117:_iaerüun/ioeı_alü "
        "ğ91:eaiıuoöü/iıurleaü ö76:_gbsdkyt/nrzylğst İ20:_/snbmlkz â2:klh_gdnm/l_nyrmhk"
    ),
    "lt": (
        "ė152:ndlrmbkt/s_jltmrd ų127:itjsmnkr/_jsd š118:i_aekrou/i_ktaveo ž87:_aduerėm/imae_oun "
        "ą74:tmkjnsir/_jsžrlmv į61:_ntrljšk/_svrtmžk ū51:bjtmkris/rstnkdpl č35:ai_enšsy/ie_adoųy "
        "ę17:ntvlkbrj/_sšž"
    ),
    "lv": (
        "ā398:tknjrmlp/_ksrdjtm ī187:rtlzdncš/bg_tdvsj ē170:pvmldrtz/jtrl_csm š96:_eoakrņu/ai_ouāīķ "
        "ū58:bjmtlrļg/strdkzpv ņ45:iaez_oīā/auišeēāo ļ35:a_keēiug/auo_iāūš ž17:aed_iūuā/aiāuoeē_ "
        "ķ11:š_riaēeļ/ieīēuaāo ģ9:_ēeourai/ieēīauo_ č7:_anoeāiu/ueaiāūop"
    ),
    "sq": "ë300:htrnjqmk/_snrtlmv ç20:_/akdfië",
    "et": "ä150:_pthkvmä/rlnhgksä ü100:_kmljph/ülhrstd õ100:_mnkjvp/ipnihut ö40:_thlsk/ösrdl",
}

# Language → the letters of its own alphabet, the most frequent first.
ALPHABETS: Mapping[str, str] = {
    "ru": "оеаинтсрвлкмдпуяыгьбзчйжхшюцэщфёъ",
    "uk": "оаніивтерскудлмпзяьбгйчцхжїюшщєфыґ",
    "bg": "аоеитнсврдклмпзяъгбчущжйцхшфюь",
    "mk": "аоеинтсрдвкмлпугјзбшчцжќфњѓхџљ",
    "el": "ατοσιενρπςκμηυλίάόέγδωήχθύφώβξζψϊϋΐΰ",
    "ar": "اليمنورتعبدةهفكسأقحجىشصطخذإضثزغئءظآؤ",
    "fa": "ایرندهومبتسکشلزفخگعقجحپآچطصيضغظذثئكژأ",
    "he": "יוהלאתרבמשנעםדכחקפסגןצזטךףץ",
    "sr": "аиоенрсјтукдвмлпзгбчцшхжњћђљфџ",
}

# Language → its most frequent characters, which make up half of a text or more.
CHARACTERS: Mapping[str, str] = {
    "zh": (
        "的是一在不人有了我国这为中个大会们他来和年上以要到时对么能你就发可地生家出也说于学后成与过行用日"
        "多自现都没作下得开经还法动好方而公子事分之民主里政看吗本月所天新业同全定部最其进如前机美那当工关"
        "实小被但因长样理等什道去些面很心间区内电然力起体只着从并者高加想文问种员重及点将意合产三外由市无"
        "女已制网第情场名应西代正表真此位题相明资计建利系化期特性度果次给让两通教吃味菜餐厅服务店"
    ),
    "zh-hant": (
        "的是一在不人有了我國這為中個大會們他來和年上以要到時對麼能你就發可地生家出也說於學後成與過行用日"
        "多自現都沒作下得開經還法動好方而公子事分之民主里政看吗本月所天新業同全定部最其進如前機美那當工關"
        "實小被但因長樣理等什道去些面很心間區內電然力起體只着從並者高加想文問種员重及點将意合产三外由市無"
        "女已制网第情场名应西代正表真此位题相明资计建利系化期特性度果次给让兩通教吃味菜餐廳服務店"
    ),
    "ja": (
        "のいてなにたしでるとはがかっをすーもらうんれまだこンりくあよさけきそスイトやおどえル人わちッ日ラ"
        "リめつクアねじせみゃ大ろタ本ド出レ見一ロシばカ分時マジフプ事中言思年行コメ間気生バ自ム方上テチ会"
        "子今キ前者グ的入サ月ずょ手ご国ブャオニデパ作合来何女全最無ィ場動用目後発ナウ学話ビエほ定当ュダ理"
        "高感性部べミ地回新画使下実私物体知げへ通力セ家同名対ツ度業良多ズ持開代金"
    ),
    "ko": (
        "이다는에하고가을지의로서은아한어도기사니있를나해리시그요인들자일게대라으스수만보제면정주전부여거"
        "과장했상안마구었데오야내원우신적것성국되세위와무할동생소트드모미진문중말화공까러비습간없분조저입"
        "개터유계치월같경회선년때연실바음관용더명학네영교당작좋방려않합래발건된단재며각운금람행남물알차등"
        "통번르던두타후프겠체크랑식히너산역버임호포예결반잘님함심속업본레파직디감"
    ),
}
