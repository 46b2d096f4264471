namespace Bridge.Fault.Tests;

/// <summary>A running container is connected: cnm-cni moves the interface of a warm attachment into its sandbox.</summary>
public sealed class DirectWarmConnectTests(DirectWarmFaultHost faulty) : FaultTest(faulty), IClassFixture<DirectWarmFaultHost>
{
    [Fact(Timeout = Deadline.EveryStep)]
    public Task Nothing_is_left_when_cnm_cni_is_killed_at_any_step_of_docker_network_connect() =>
        StrikeEveryStepAsync([RunElsewhere], Connect, FaultDeed.Kill);

    [Fact(Timeout = Deadline.EveryStep)]
    public Task Nothing_is_left_when_Docker_is_killed_too_and_the_sandbox_outlives_it() => StrikeEveryStepWithDockerAsync(Connect);

    [Fact(Timeout = Deadline.EveryStep)]
    public Task Nothing_is_left_when_any_step_of_docker_network_connect_fails() =>
        StrikeEveryStepAsync([RunElsewhere], Connect, FaultDeed.Fail);
}

/// <summary>The interface of a container that goes on, or ends, comes back to the warm attachments.</summary>
public sealed class DirectReusingTests(DirectReusingFaultHost faulty) : FaultTest(faulty), IClassFixture<DirectReusingFaultHost>
{
    [Fact(Timeout = Deadline.EveryStep)]
    public Task Nothing_is_left_when_cnm_cni_is_killed_at_any_step_of_docker_network_disconnect() =>
        StrikeEveryStepAsync([RunElsewhere, Connect], Disconnect, FaultDeed.Kill);

    [Fact(Timeout = Deadline.EveryStep)]
    public Task Nothing_is_left_when_any_step_of_docker_network_disconnect_fails() =>
        StrikeEveryStepAsync([RunElsewhere, Connect], Disconnect, FaultDeed.Fail);

    [Fact(Timeout = Deadline.EveryStep)]
    public Task Nothing_is_left_when_cnm_cni_is_killed_at_any_step_of_a_removal() =>
        StrikeEveryStepAsync([RunElsewhere, Connect], Remove, FaultDeed.Kill);
}

/// <summary>A running container is connected: the link passes through the host namespace, from which Docker moves it.</summary>
public sealed class ReservedConnectTests(ReservedFaultHost faulty) : FaultTest(faulty), IClassFixture<ReservedFaultHost>
{
    [Fact(Timeout = Deadline.EveryStep)]
    public Task Nothing_is_left_when_Docker_is_killed_too_and_the_sandbox_outlives_it() => StrikeEveryStepWithDockerAsync(Connect);
}
