using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Translation;

public sealed class InterfaceNamesTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_requested_name_there_is_none(string? name)
    {
        InterfaceNames.Requested(name, AttachMode.Staging, dockerTakesNames: false).Should().BeNull();
        InterfaceNames.Requested(name, AttachMode.Sandbox, dockerTakesNames: true).Should().BeNull();
    }

    [Fact]
    public void A_name_can_be_requested_where_plugins_or_Docker_give_it_and_is_refused_where_Docker_names_the_interface_itself()
    {
        InterfaceNames.Requested("lan0", AttachMode.Sandbox, dockerTakesNames: false).Should().Be("lan0");
        InterfaceNames.Requested("lan0", AttachMode.Staging, dockerTakesNames: true).Should().Be("lan0");
        var staged = () => InterfaceNames.Requested("lan0", AttachMode.Staging, dockerTakesNames: false);
        staged.Should().Throw<CnmException>().WithMessage(
            "*Docker itself names the interfaces*create the network with -o cni.attach=sandbox.");
    }

    [Theory]
    [InlineData("a234567890123456")]
    [InlineData("lan 0")]
    [InlineData("a/b")]
    [InlineData("a:0")]
    [InlineData("eth%d")]
    [InlineData("..")]
    [InlineData("lo")]
    public void A_name_that_the_kernel_does_not_accept_is_refused(string name)
    {
        var wish = () => InterfaceNames.Requested(name, AttachMode.Staging, dockerTakesNames: true);
        wish.Should().Throw<CnmException>().WithMessage($"*\"{name}\" is not a valid interface name*");
    }

    [Fact]
    public void The_name_on_the_host_side_fits_the_kernel() => InterfaceNames.Host(new string('a', 64)).Should().HaveLength(15);
}
