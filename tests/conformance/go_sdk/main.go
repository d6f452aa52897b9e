// A tenant's life, led by Apache CloudStack's SDK for Go, unmodified: domains, roles, accounts, users, limits, projects and tags.
// Its one argument is the file of root's keys. It ends with the first thing that the SDK cannot read, or that is not so.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/apache/cloudstack-go/v2/cloudstack"
)

const password = "Correct-horse-9"

type credentials struct {
	Endpoint, Apikey, Secretkey string
}

// must ends the program when the SDK has failed.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func check(holds bool, what string, values ...any) {
	if !holds {
		panic(fmt.Sprint("not so: ", what, " ", values))
	}
}

// refused tells whether the API has said no, and not the SDK or the wire.
func refused[T any](_ T, err error) bool {
	return err != nil && len(err.Error()) > 16 && err.Error()[:16] == "CloudStack API e"
}

func read(file string) credentials {
	var out credentials
	text := must(os.ReadFile(file))
	if err := json.Unmarshal(text, &out); err != nil {
		panic(err)
	}
	return out
}

func makeDomains(root *cloudstack.CloudStackClient) (string, string) {
	make := root.Domain.NewCreateDomainParams("go")
	make.SetNetworkdomain("go.example.org")
	parent := must(root.Domain.CreateDomain(make))
	make = root.Domain.NewCreateDomainParams("inner")
	make.SetParentdomainid(parent.Id)
	child := must(root.Domain.CreateDomain(make))
	check(child.Path == "ROOT/go/inner" && child.Parentdomainid == parent.Id && child.Level == 2, "a domain has a path", child)
	change := root.Domain.NewUpdateDomainParams(child.Id)
	change.SetName("within")
	check(must(root.Domain.UpdateDomain(change)).Name == "within", "a domain is renamed")
	ask := root.Domain.NewListDomainChildrenParams()
	ask.SetId(parent.Id)
	children := must(root.Domain.ListDomainChildren(ask))
	check(children.Count == 1 && children.DomainChildren[0].Id == child.Id, "a domain has its children", children)
	found, count, err := root.Domain.GetDomainByName("within")
	check(err == nil && count == 1 && found.Id == child.Id, "a domain is found by its name", err)
	return parent.Id, child.Id
}

func makeRole(root *cloudstack.CloudStackClient) string {
	make := root.Role.NewCreateRoleParams("looks and tags")
	make.SetType("User")
	role := must(root.Role.CreateRole(make))
	rules := []string{"list*", "queryAsyncJobResult", "createTags", "deleteTags", "createProject", "deleteProject", "updateProject"}
	for _, rule := range rules {
		add := root.Role.NewCreateRolePermissionParams("allow", role.Id, rule)
		check(must(root.Role.CreateRolePermission(add)).Roleid == role.Id, "a rule is of its role")
	}
	deny := must(root.Role.CreateRolePermission(root.Role.NewCreateRolePermissionParams("deny", role.Id, "*")))
	ask := root.Role.NewListRolePermissionsParams()
	ask.SetRoleid(role.Id)
	listed := must(root.Role.ListRolePermissions(ask))
	check(len(listed.RolePermissions) == len(rules)+1, "rules are listed", listed)
	check(listed.RolePermissions[len(rules)].Id == deny.Id, "rules keep their order", listed)
	found, count, err := root.Role.GetRoleByName("looks and tags")
	check(err == nil && count == 1 && found.Id == role.Id && found.Type == "User", "a role is found by its name", err)
	return role.Id
}

func makeAccount(root *cloudstack.CloudStackClient, domain, role string) *cloudstack.CreateAccountResponse {
	make := root.Account.NewCreateAccountParams("gopher@example.org", "Go", "Pher", password, "gopher")
	make.SetAccount("gophers")
	make.SetDomainid(domain)
	make.SetRoleid(role)
	make.SetAccountdetails(map[string]string{"floor": "3"})
	account := must(root.Account.CreateAccount(make))
	check(account.Name == "gophers" && account.Roleid == role && len(account.User) == 1, "an account has a user", account)
	found, count, err := root.Account.GetAccountByID(account.Id)
	check(err == nil && count == 1 && found.Accountdetails["floor"] == "3", "an account keeps its details", err, found)
	return account
}

// newKeys asks by hand: keys have been registered by jobs since this release of the SDK, which expects them at once.
func newKeys(root *cloudstack.CloudStackClient, user string) cloudstack.RegisterUserKeysResponse {
	custom := root.Custom.(*cloudstack.CustomService)
	var ask cloudstack.CustomServiceParams
	ask.SetParam("id", user)
	var begun struct{ Jobid string }
	if err := custom.CustomRequest("registerUserKeys", &ask, &begun); err != nil {
		panic(err)
	}
	var result struct {
		Userkeys cloudstack.RegisterUserKeysResponse
	}
	if err := json.Unmarshal(must(root.GetAsyncJobResult(begun.Jobid, 60)), &result); err != nil {
		panic(err)
	}
	return result.Userkeys
}

func makeUsers(root *cloudstack.CloudStackClient, account *cloudstack.CreateAccountResponse) *cloudstack.CloudStackClient {
	make := root.User.NewCreateUserParams(account.Name, "second@example.org", "Se", "Cond", password, "second")
	make.SetDomainid(account.Domainid)
	user := must(root.User.CreateUser(make))
	check(user.Account == account.Name && user.State == "enabled", "a user is of its account", user)
	check(must(root.User.DisableUser(root.User.NewDisableUserParams(user.Id))).State == "disabled", "a user is disabled")
	check(must(root.User.EnableUser(root.User.NewEnableUserParams(user.Id))).State == "enabled", "a user is enabled")
	check(must(root.User.DeleteUser(root.User.NewDeleteUserParams(user.Id))).Success, "a user is deleted")
	keys := newKeys(root, account.User[0].Id)
	check(keys.Apikey != "" && keys.Secretkey != "", "a user gets keys")
	kept := must(root.User.GetUserKeys(root.User.NewGetUserKeysParams(account.User[0].Id)))
	check(kept.Apikey == keys.Apikey, "keys are kept")
	return cloudstack.NewAsyncClient(read(os.Args[1]).Endpoint, keys.Apikey, keys.Secretkey, false)
}

func setLimits(root *cloudstack.CloudStackClient, account *cloudstack.CreateAccountResponse) {
	const projects = 5
	change := root.Limit.NewUpdateResourceLimitParams(projects)
	change.SetAccount(account.Name)
	change.SetDomainid(account.Domainid)
	change.SetMax(1)
	// The SDK does not open the answer's envelope, here or from CloudStack: the list tells.
	must(root.Limit.UpdateResourceLimit(change))
	ask := root.Limit.NewListResourceLimitsParams()
	ask.SetAccount(account.Name)
	ask.SetDomainid(account.Domainid)
	ask.SetResourcetype(projects)
	listed := must(root.Limit.ListResourceLimits(ask))
	check(listed.Count == 1 && listed.ResourceLimits[0].Max == 1 && listed.ResourceLimits[0].Resourcetypename == "project", "a limit is set", listed)
}

func leadProject(user *cloudstack.CloudStackClient) {
	project := must(user.Project.CreateProject(user.Project.NewCreateProjectParams("Of gophers", "burrow")))
	check(project.Name == "burrow" && project.State == "Active", "a project is made", project)
	check(refused(user.Project.CreateProject(user.Project.NewCreateProjectParams("Too many", "burrow two"))), "a limit holds")
	members := must(user.Account.ListProjectAccounts(user.Account.NewListProjectAccountsParams(project.Id)))
	check(members.Count == 1, "a project has its owner", members)
	tags := map[string]string{"tier": "web", "team": "blue & green"}
	tag := user.Resourcetags.NewCreateTagsParams([]string{project.Id}, "Project", tags)
	check(must(user.Resourcetags.CreateTags(tag)).Success, "a project is tagged")
	ask := user.Resourcetags.NewListTagsParams()
	ask.SetResourceid(project.Id)
	ask.SetResourcetype("Project")
	ask.SetProjectid("-1")
	listed := must(user.Resourcetags.ListTags(ask))
	check(listed.Count == 2, "tags are listed", listed)
	for _, one := range listed.Tags {
		check(tags[one.Key] == one.Value, "a tag keeps its value", one)
	}
	find := user.Project.NewListProjectsParams()
	find.SetTags(map[string]string{"tier": "web"})
	check(must(user.Project.ListProjects(find)).Count == 1, "a project is found by its tag")
	less := user.Resourcetags.NewDeleteTagsParams([]string{project.Id}, "Project")
	less.SetTags(map[string]string{"tier": "web"})
	check(must(user.Resourcetags.DeleteTags(less)).Success, "a tag is taken off")
	change := user.Project.NewUpdateProjectParams(project.Id)
	change.SetDisplaytext("Of all gophers")
	check(must(user.Project.UpdateProject(change)).Displaytext == "Of all gophers", "a project is changed")
	check(refused(user.Project.SuspendProject(user.Project.NewSuspendProjectParams(project.Id))), "a role's rules hold")
	check(must(user.Project.DeleteProject(user.Project.NewDeleteProjectParams(project.Id))).Success, "a project is deleted")
}

func main() {
	keys := read(os.Args[1])
	root := cloudstack.NewAsyncClient(keys.Endpoint, keys.Apikey, keys.Secretkey, false)
	parent, child := makeDomains(root)
	role := makeRole(root)
	account := makeAccount(root, child, role)
	user := makeUsers(root, account)
	setLimits(root, account)
	leadProject(user)
	must(root.Account.DeleteAccount(root.Account.NewDeleteAccountParams(account.Id)))
	check(must(root.Role.DeleteRole(root.Role.NewDeleteRoleParams(role))).Success, "a role is deleted")
	end := root.Domain.NewDeleteDomainParams(parent)
	end.SetCleanup(true)
	check(must(root.Domain.DeleteDomain(end)).Success, "a domain is deleted with what is beneath it")
	_, count, err := root.Domain.GetDomainByID(child)
	check(err != nil && count <= 0, "a domain is gone", count, err)
	fmt.Println("the SDK for Go: a tenant's life is led")
}
