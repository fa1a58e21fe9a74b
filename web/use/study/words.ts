// What phone and console call the kinds of assessments and the parts of a grade.
export const ASSESSMENT_WORDS = {
  zh: { quiz: '测验', homework: '作业', exam: '考试' },
  en: { quiz: 'Quiz', homework: 'Homework', exam: 'Exam' },
}

export const GRADE_WORDS = {
  zh: { ...ASSESSMENT_WORDS.zh, discussion: '讨论' },
  en: { ...ASSESSMENT_WORDS.en, discussion: 'Discussion' },
}
