using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Attachments;

public sealed class IPv6SwitchTests
{
    [Fact]
    public void An_address_that_is_missing_because_IPv6_is_disabled_is_reported_with_the_remedies()
    {
        var record = Records.Joined("one") with { CniNetwork = "pods" };

        FluentActions.Invoking(() => SandboxConflicts.RequireIPv6On(record, "fd00::3", isOff: false)).Should().NotThrow();
        FluentActions.Invoking(() => SandboxConflicts.RequireIPv6On(record, "fd00::3", isOff: true)).Should().Throw<CnmException>()
            .WithMessage("*\"pods\"*fd00::3*IPv6 is switched off*without --ipv6*--ipam-driver null*");
    }
}
