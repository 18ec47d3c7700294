"""What a deployed stage has, as commands on this machine meet it.

The stage is deployed by then:

    functions   a function of a stage, called once
    lake        the settings of a stage's lake, by the outputs of its stack
    receivers   subscriptions of a stage's topic, and whether they are confirmed
"""
