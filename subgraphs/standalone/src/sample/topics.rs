//! What the sample documents are about: per topic its category, the organizations that write about it, words and sentences.

/// A topic of sample documents.
#[derive(Debug)]
pub struct Topic {
    /// The category's slug.
    pub category: &'static str,
    /// Slugs of organizations that issue such documents.
    pub organizations: &'static [&'static str],
    /// Subjects: Korean and English.
    pub subjects: &'static [(&'static str, &'static str)],
    /// Keywords: Korean and English.
    pub keywords: &'static [(&'static str, &'static str)],
}

/// All topics.
pub const TOPICS: [Topic; 14] = [
    Topic {
        category: "artificial-intelligence",
        organizations: &["msit", "stepi", "nars", "oecd"],
        subjects: &[
            ("인공지능 기본법 시행", "the framework act on artificial intelligence"),
            ("생성형 인공지능의 저작권", "copyright and generative artificial intelligence"),
            ("공공부문 인공지능 도입", "artificial intelligence in the public sector"),
            ("고영향 인공지능의 안전성", "safety of high-impact artificial intelligence"),
        ],
        keywords: &[
            ("인공지능", "artificial intelligence"),
            ("데이터", "data"),
            ("신뢰성", "trustworthiness"),
            ("규제 샌드박스", "regulatory sandbox"),
        ],
    },
    Topic {
        category: "semiconductors",
        organizations: &["motie", "msit", "kdi"],
        subjects: &[
            ("반도체 클러스터 조성", "the semiconductor cluster"),
            ("첨단 패키징 기술 개발", "advanced packaging technology"),
            ("반도체 인력 양성", "training of semiconductor engineers"),
        ],
        keywords: &[("반도체", "semiconductors"), ("공급망", "supply chain"), ("세액공제", "tax credit")],
    },
    Topic {
        category: "space",
        organizations: &["msit", "stepi"],
        subjects: &[
            ("누리호 후속 발사체", "the successor of the Nuri launcher"),
            ("위성정보 활용", "use of satellite data"),
            ("민간 우주산업 육성", "growth of the private space industry"),
        ],
        keywords: &[("우주", "space"), ("발사체", "launch vehicle"), ("위성", "satellite")],
    },
    Topic {
        category: "climate-energy",
        organizations: &["me", "motie", "kei", "oecd"],
        subjects: &[
            ("탄소중립 기본계획", "the carbon neutrality plan"),
            ("배출권거래제 개편", "reform of the emissions trading scheme"),
            ("재생에너지 확대", "expansion of renewable energy"),
            ("기후위기 적응 대책", "adaptation to the climate crisis"),
        ],
        keywords: &[
            ("탄소중립", "carbon neutrality"),
            ("배출권", "emission allowances"),
            ("재생에너지", "renewable energy"),
            ("기후변화", "climate change"),
        ],
    },
    Topic {
        category: "circular-economy",
        organizations: &["me", "kei"],
        subjects: &[
            ("플라스틱 국제협약", "the plastics treaty"),
            ("폐배터리 재활용", "recycling of used batteries"),
            ("일회용품 감축", "reduction of single-use products"),
        ],
        keywords: &[("자원순환", "circular economy"), ("재활용", "recycling"), ("폐기물", "waste")],
    },
    Topic {
        category: "employment",
        organizations: &["moel", "kdi", "nars"],
        subjects: &[
            ("청년 고용 대책", "youth employment measures"),
            ("플랫폼 노동자 보호", "protection of platform workers"),
            ("외국인 고용허가제", "the employment permit system"),
        ],
        keywords: &[("고용", "employment"), ("청년", "youth"), ("플랫폼 노동", "platform work")],
    },
    Topic {
        category: "working-hours",
        organizations: &["moel", "nars"],
        subjects: &[
            ("주 4일제 시범사업", "the four-day week pilot"),
            ("유연근무제 확산", "spread of flexible work"),
        ],
        keywords: &[
            ("근로시간", "working hours"),
            ("유연근무", "flexible work"),
            ("일과 생활의 균형", "work-life balance"),
        ],
    },
    Topic {
        category: "low-fertility",
        organizations: &["mohw", "kdi", "nabo"],
        subjects: &[
            ("저출생 대응 종합대책", "measures against low fertility"),
            ("육아휴직 급여 인상", "the increase of parental leave benefits"),
            ("지역 돌봄 체계", "regional care services"),
        ],
        keywords: &[
            ("저출생", "low fertility"),
            ("고령화", "ageing"),
            ("돌봄", "care"),
            ("육아휴직", "parental leave"),
        ],
    },
    Topic {
        category: "pensions",
        organizations: &["mohw", "nabo", "kdi"],
        subjects: &[
            ("국민연금 개혁", "reform of the national pension"),
            ("기초연금 지급 대상", "eligibility for the basic pension"),
        ],
        keywords: &[
            ("국민연금", "national pension"),
            ("연금개혁", "pension reform"),
            ("재정추계", "financial projection"),
        ],
    },
    Topic {
        category: "public-health",
        organizations: &["mohw", "nars"],
        subjects: &[
            ("필수의료 강화", "stronger essential medical care"),
            ("감염병 대응 체계", "response to infectious diseases"),
            ("비대면 진료 제도화", "telemedicine legislation"),
        ],
        keywords: &[
            ("필수의료", "essential care"),
            ("감염병", "infectious disease"),
            ("비대면 진료", "telemedicine"),
        ],
    },
    Topic {
        category: "higher-education",
        organizations: &["moe", "kdi"],
        subjects: &[
            ("글로컬 대학 지원", "support of glocal universities"),
            ("대학 등록금 정책", "university tuition policy"),
        ],
        keywords: &[("대학", "university"), ("등록금", "tuition"), ("지역혁신", "regional innovation")],
    },
    Topic {
        category: "trade",
        organizations: &["motie", "kdi", "oecd"],
        subjects: &[
            ("경제안보와 공급망", "economic security and supply chains"),
            ("디지털 통상 규범", "digital trade rules"),
            ("탄소국경조정제도 대응", "response to the carbon border adjustment"),
        ],
        keywords: &[("통상", "trade"), ("공급망", "supply chain"), ("경제안보", "economic security")],
    },
    Topic {
        category: "public-finance",
        organizations: &["moef", "nabo", "kdi"],
        subjects: &[("재정준칙 도입", "the fiscal rule"), ("예산안 분석", "analysis of the budget bill")],
        keywords: &[("재정준칙", "fiscal rule"), ("예산", "budget"), ("국가채무", "national debt")],
    },
    Topic {
        category: "regional-development",
        organizations: &["molit", "kdi", "nars"],
        subjects: &[
            ("공공기관 지방 이전", "relocation of public institutions"),
            ("인구감소지역 지원", "support of depopulating areas"),
            ("광역교통망 확충", "expansion of metropolitan transport"),
        ],
        keywords: &[
            ("균형발전", "balanced development"),
            ("인구감소", "depopulation"),
            ("광역교통", "metropolitan transport"),
        ],
    },
];

/// Title patterns by collection: Korean, English. `{}` is the subject.
pub const TITLES: [&[(&str, &str)]; 3] = [
    &[
        ("{} 방안에 관한 정책 보고서", "Policy report on {}"),
        ("{} 추진 현황과 과제", "Progress and open questions of {}"),
        ("{} 관련 국회 논의 동향", "Debates in the National Assembly on {}"),
        ("{} 정책의 쟁점과 시사점", "Issues and implications of {}"),
    ],
    &[
        ("{} 관련 언론 모니터링", "Press monitoring of {}"),
        ("{} 이슈 선별 결과", "Screening result on {}"),
        ("{} 해외 사례 점검", "Foreign cases of {}"),
    ],
    &[
        ("{} 효과 분석 연구", "Research on the effects of {}"),
        ("{} 중장기 전략 수립 연구", "A long-term strategy for {}"),
        ("{} 실태조사", "Survey on {}"),
    ],
];

/// Sentences: Korean, English. `{s}` subject, `{k}` keyword, `{o}` organization, `{r}` region, `{n}` number, `{y}` year.
pub const SENTENCES: [(&str, &str); 16] = [
    ("{o}는 {y}년까지 {s} 과제를 단계적으로 추진한다.", "{o} will carry out {s} step by step until {y}."),
    (
        "{r} 지역에서는 {k} 수요가 전년보다 {n}% 늘었다.",
        "In {r}, demand for {k} grew by {n} % over the year.",
    ),
    (
        "전문가들은 {k} 정책의 지속가능성을 높여야 한다고 지적했다.",
        "Experts asked for policies on {k} that last.",
    ),
    ("이번 조사에는 {n}개 기관이 참여하였다.", "The survey covered {n} institutions."),
    (
        "{s}에 관한 법률 개정안이 상임위원회에 상정되었다.",
        "A bill on {s} was tabled in the standing committee.",
    ),
    ("예산은 {n}억 원 규모로 편성될 예정이다.", "The budget is planned at {n} hundred million won."),
    (
        "{r} 시범사업의 결과를 토대로 전국 확대 여부를 검토한다.",
        "The pilot in {r} decides whether it is extended to the whole country.",
    ),
    ("해외 주요국은 {k} 분야의 투자를 확대하고 있다.", "Other countries invest more in {k}."),
    ("{o}는 관계 부처와 협의체를 구성하기로 했다.", "{o} sets up a council with the ministries concerned."),
    (
        "시민사회는 {s} 과정에서 투명한 정보 공개를 요구하였다.",
        "Civil society wants open information about {s}.",
    ),
    ("중소기업의 {k} 활용률은 {n}%에 그쳤다.", "Only {n} % of small firms use {k}."),
    (
        "{y}년 이후의 추세를 보면 {k} 언급 빈도가 뚜렷하게 증가하였다.",
        "Since {y}, {k} has been mentioned far more often.",
    ),
    (
        "제도 개선을 위해 통계 기반을 정비할 필요가 있다.",
        "Better statistics are needed to improve the system.",
    ),
    ("{r}와 수도권의 격차는 여전히 크다.", "The gap between {r} and the capital area is still wide."),
    ("{s}의 사회적 비용과 편익을 비교 분석하였다.", "Costs and benefits of {s} were compared."),
    (
        "향후 과제로 {k} 인력 양성과 국제 협력이 제시되었다.",
        "Training for {k} and international cooperation remain to be done.",
    ),
];

/// Regions: Korean, English.
pub const REGIONS: [(&str, &str); 10] = [
    ("부산", "Busan"),
    ("대구", "Daegu"),
    ("광주", "Gwangju"),
    ("대전", "Daejeon"),
    ("울산", "Ulsan"),
    ("세종", "Sejong"),
    ("강원", "Gangwon"),
    ("전북", "Jeonbuk"),
    ("경북", "Gyeongbuk"),
    ("제주", "Jeju"),
];

/// Authors: Korean, English.
pub const AUTHORS: [(&str, &str); 8] = [
    ("김민정", "Minjeong Kim"),
    ("이준호", "Junho Lee"),
    ("박소영", "Soyoung Park"),
    ("최은지", "Eunji Choi"),
    ("정현우", "Hyunwoo Jung"),
    ("한지민", "Jimin Han"),
    ("오세진", "Sejin Oh"),
    ("윤가은", "Gaeun Yoon"),
];
