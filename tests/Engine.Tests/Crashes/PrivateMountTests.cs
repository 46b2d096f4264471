using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>
/// Containers that run while the mounts of their namespaces end: the few tests that would notice first if a test host saw the machine's
/// own.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall", "tuning")]
public sealed class PrivateMountTests(PrivateMountHost engine) : PrivateMountTest(engine), IClassFixture<PrivateMountHost>
{
    [Feature("Nothing is left: cnm-cni killed")]
    [Feature("Containers: go on when cnm-cni is killed")]
    [Theory]
    [InlineData(Network, false)]
    [InlineData(Network, true)]
    public Task Containers_work_and_are_removed_cleanly_when_the_mounts_of_cnm_cni_ended_with_it(string network, bool isKilled) =>
        RequireSoundAsync(network, isKilled);
}
