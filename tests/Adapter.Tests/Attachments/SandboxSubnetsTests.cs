using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Attachments;

public sealed class SandboxSubnetsTests
{
    [Theory]
    [InlineData("10.88.0.5/16", "10.89.0.5/16", false)]
    [InlineData("10.88.0.5/16", "10.88.7.5/16", true)]
    [InlineData("10.88.0.5/16", "10.88.7.5/24", true)]
    [InlineData("10.88.7.5/24", "10.88.0.5/16", true)]
    [InlineData("10.88.0.5/24", "10.88.1.5/24", false)]
    [InlineData("10.88.0.5/32", "10.88.0.6/32", false)]
    [InlineData("fd00:1::5/64", "fd00:2::5/64", false)]
    [InlineData("fd00:1::5/64", "fd00:1::6/64", true)]
    [InlineData("192.168.0.5/16", "fd00:1::6/64", false)]
    [InlineData("10.88.0.5/16 fd00:1::5/64", "10.89.0.5/16 fd00:1::6/64", true)]
    public void A_second_interface_in_a_subnet_is_refused(string addresses, string taken, bool refused)
    {
        var require =
            () => SandboxConflicts.RequireNewSubnets(With("late", addresses), [With("other", "10.200.0.1/30"), With("first", taken)]);

        if (refused)
            require.Should().Throw<CnmException>().WithMessage("*two interfaces in one subnet*CNI network \"first\"*CNI network \"late\"*");
        else
            require.Should().NotThrow();
    }

    private static AttachmentRecord With(string cniNetwork, string addresses) =>
        Records.Joined(cniNetwork) with { CniNetwork = cniNetwork, Reserved = addresses.Split(' ') };
}
